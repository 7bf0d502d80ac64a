import { describe, expect, test } from 'vitest'
import type { SessionEvent } from '../../../src/events/index.ts'
import { failuresToTrip } from '../../../src/service/accounts/next-account.ts'
import { failure, text } from '../../../src/testing/index.ts'
import { realClaudes } from '../../support/real-claude.ts'
import { startTestService } from '../../support/running-service.ts'
import { waitFor } from '../../support/wait-for.ts'

/** The CLI gives up at once, so that it is hostler that tries again. */
const env = { CLAUDE_CODE_MAX_RETRIES: '0' }

function waitsOf(events: readonly SessionEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'run_waiting' ? event.reason : []))
}

describe.each(realClaudes)('claude $version', ({ version }) => {
  test.each([
    { what: 'overloaded', fail: failure.overloaded({ repeat: true }) },
    { what: 'api_error', fail: failure.serverError({ repeat: true }) },
    // Of an API key, which has no usage limit.
    { what: 'rate_limited', fail: failure.rateLimited({ retryAfterS: 3600 }, { repeat: true }) },
  ])('E8: $what: tries with pauses between them, and then a clear end', async ({ what, fail }) => {
    await using world = await startTestService({ version, env, script: [fail] })
    const run = await world.hostler.runs.submit({ key: 'a', prompt: 'p' })
    const done = await world.ended(run)
    expect(done).toMatchObject({
      state: 'failed',
      outcome: what,
      error: { cure: expect.stringContaining('retry') },
    })
    const outcomes = done.attempts.map(({ outcome }) => outcome)
    // A prompt of which the CLI only remembers that it was sent goes out again under another id.
    expect(outcomes.filter((one) => one !== 'protocol')).toEqual([what, what, what])
    const waits = waitsOf(await world.events(run.sessionId))
    expect(waits.filter((reason) => reason === `after ${what}`)).toHaveLength(2)
    const taken = outcomes.filter((one) => one === 'protocol').length
    expect(waits.filter((one) => one.includes('under another id'))).toHaveLength(taken)
  })
})

test('failures in a row over several runs trip the account; then one run tries, and an answer closes it', async () => {
  await using world = await startTestService({
    env,
    profile: { maxAttempts: 1, shareWorkspace: true },
    retryPauses: { firstTripMs: 1500, maxTripMs: 1500 },
    script: [failure.serverError({ repeat: failuresToTrip }), text('up again', { repeat: true })],
  })
  const { hostler, model } = world
  for (let n = 1; n <= failuresToTrip; n++) {
    expect((await hostler.accounts.list()).map(({ state }) => state)).toEqual(['ok'])
    const run = await hostler.runs.submit({ key: `k${n}`, prompt: `p${n}` })
    expect(await world.ended(run)).toMatchObject({ outcome: 'api_error' })
  }
  const [account] = await hostler.accounts.list()
  expect(account).toMatchObject({ state: 'tripped', failures: failuresToTrip })
  const asked = model.prompts.length
  const held = await Promise.all(
    ['x', 'y', 'z'].map((key) => hostler.runs.submit({ key, prompt: 'p' })),
  )
  for (const run of held) {
    expect(run).toMatchObject({ state: 'queued', held: { by: 'account', until: account?.until } })
  }
  expect(model.prompts).toHaveLength(asked)
  const done = await Promise.all(held.map((run) => world.ended(run)))
  expect(done.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok'])
  const attempts = done.flatMap((run) => run.attempts).toSorted((a, b) => a.startedAt - b.startedAt)
  expect(attempts[0]?.startedAt).toBeGreaterThanOrEqual(account?.until ?? Infinity)
  // The others began only when the first had been answered.
  expect(attempts[1]?.startedAt).toBeGreaterThanOrEqual(attempts[0]?.endedAt ?? Infinity)
  await waitFor(async () => (await hostler.accounts.list())[0]?.state === 'ok')
})

test('a try that fails again trips it for longer, and only one run has tried', async () => {
  await using world = await startTestService({
    env,
    profile: { maxAttempts: 1, shareWorkspace: true },
    retryPauses: { firstTripMs: 300, maxTripMs: 600_000 },
    script: [
      failure.serverError({ repeat: failuresToTrip + 1 }),
      text('up again', { repeat: true }),
    ],
  })
  const { hostler, model } = world
  for (let n = 1; n <= failuresToTrip; n++) {
    await world.ended(await hostler.runs.submit({ key: `k${n}`, prompt: `p${n}` }))
  }
  const asked = model.prompts.length
  const held = await Promise.all(['x', 'y'].map((key) => hostler.runs.submit({ key, prompt: 'p' })))
  await waitFor(async () => {
    const [account] = await hostler.accounts.list()
    return account?.failures === failuresToTrip + 1
  })
  expect(model.prompts).toHaveLength(asked + 1)
  const [account] = await hostler.accounts.list()
  expect((account?.until ?? 0) - (account?.since ?? 0)).toBeGreaterThanOrEqual(600)
  const done = await Promise.all(held.map((run) => world.ended(run)))
  expect(new Set(done.map(({ outcome }) => outcome))).toEqual(new Set(['api_error', 'ok']))
})
