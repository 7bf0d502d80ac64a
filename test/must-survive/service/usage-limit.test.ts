import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { failure, text, tool } from '../../../src/testing/index.ts'
import { countInConversation } from '../../support/conversation.ts'
import { openDaemonWorld, waitForEvent, waitForRuns } from '../../support/daemon-world.ts'
import { realClaudes } from '../../support/real-claude.ts'
import { startTestService } from '../../support/running-service.ts'
import { waitFor } from '../../support/wait-for.ts'

const profile = { oauthToken: 'sk-ant-oat01-inn', maxAttempts: 1, shareWorkspace: true }
const other = { profiles: { other: { extends: 'default', oauthToken: 'sk-ant-oat01-other' } } }

const hour = 3600_000

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('E8: a usage limit parks the account: others of it wait and show it, another account goes on, and all go on by themselves', async () => {
    let aheadMs = 0
    const resetsAt = Math.floor((Date.now() + hour) / 1000)
    await using world = await startTestService({
      version,
      profile,
      clock: () => Date.now() + aheadMs,
      configuration: other,
      script: [
        failure.usageLimit({ resetsAt }, { when: { lastUserText: 'p-first' } }),
        text('answered', { repeat: true }),
      ],
    })
    const { hostler, model } = world
    const first = await hostler.runs.submit({ key: 'a', prompt: 'p-first' })
    await waitForEvent(hostler, first.sessionId, ({ type }) => type === 'run_waiting')
    const parked = await hostler.runs.get(first.id)
    expect(parked).toMatchObject({
      state: 'waiting',
      waiting: { on: 'time', reason: 'usage limit' },
    })
    const held = { by: 'account', reason: expect.stringContaining('usage limit') }
    const second = await hostler.runs.submit({ key: 'b', prompt: 'p-second' })
    expect(second).toMatchObject({ state: 'queued', held })
    const until = second.held?.until ?? 0
    expect(until).toBeGreaterThanOrEqual(resetsAt * 1000)
    expect(parked.waiting?.until).toBeGreaterThanOrEqual(until)
    const stranger = await hostler.runs.submit({ key: 'c', prompt: 'p-third', profile: 'other' })
    expect(stranger.held).toBeNull()
    expect(await world.ended(stranger)).toMatchObject({ outcome: 'ok' })
    expect(await hostler.runs.get(second.id)).toMatchObject({ state: 'queued', held, attempts: [] })
    expect(await hostler.sessions.get(second.sessionId)).toMatchObject({ held })
    const [account] = (await hostler.status()).accounts.filter(({ state }) => state === 'parked')
    expect(account).toMatchObject({ until, profiles: ['default'], heldRuns: 2 })

    aheadMs = hour + 60_000
    const [done, after] = await Promise.all([world.ended(first), world.ended(second)])
    expect(done).toMatchObject({ outcome: 'ok', text: 'answered', held: null })
    // Its one try was not spent, and it went on where it was.
    expect(done.attempts.map(({ outcome }) => outcome)).toEqual(['rate_limited', 'ok'])
    expect(done.attempts[1]?.startedAt).toBeGreaterThanOrEqual(until)
    expect(after).toMatchObject({ outcome: 'ok' })
    expect(after.attempts[0]?.startedAt).toBeGreaterThanOrEqual(until)
    expect(model.prompts.filter((one) => countInConversation(one, 'p-first') > 1)).toEqual([])
    expect((await hostler.sessions.get(second.sessionId)).held).toBeNull()
    expect((await hostler.accounts.list()).map(({ state }) => state)).toEqual(['ok', 'ok'])
  })
})

test('E8: the account stays parked over a death of hostler, turns under way are taken up meanwhile, and a second refusal parks it again', async () => {
  const refuses = failure.usageLimit({ resetsInS: 3600 }, { when: { lastUserText: 'p-first' } })
  await using world = await openDaemonWorld({
    profile: { ...profile, allowedTools: ['Bash'] },
    script: [
      tool(
        'Bash',
        { command: 'touch begun; while [ ! -e go ]; do sleep 0.05; done' },
        { when: { lastUserText: 'p-long', hasToolResult: false } },
      ),
      text('long done', { when: { lastUserText: 'p-long', hasToolResult: true } }),
      refuses,
      refuses,
      text('answered', { repeat: true, when: { lastUserText: 'p-first' } }),
      text('second', { repeat: true, when: { lastUserText: 'p-second' } }),
    ],
  })
  const before = await world.start()
  const long = await before.hostler.runs.submit({ key: 'c', prompt: 'p-long' })
  await waitFor(() => existsSync(join(world.workspace, 'begun')), { timeoutMs: 20_000 })
  const first = await before.hostler.runs.submit({ key: 'a', prompt: 'p-first' })
  await waitForEvent(before.hostler, first.sessionId, ({ type }) => type === 'run_waiting')
  const [parked] = await before.hostler.accounts.list()
  expect(parked).toMatchObject({ state: 'parked', heldRuns: 1 })
  await before.end('SIGKILL')

  const after = await world.start()
  const { hostler } = after
  expect(await hostler.accounts.list()).toEqual([parked])
  const second = await hostler.runs.submit({ key: 'b', prompt: 'p-second' })
  expect(second.held).toMatchObject({ by: 'account', until: parked?.until })
  // It has its agent already: that turn's end is waited for, and not the limit's.
  await writeFile(join(world.workspace, 'go'), '')
  const [longDone] = await waitForRuns(hostler, [long])
  expect(longDone).toMatchObject({ outcome: 'ok', text: 'long done' })
  expect(await hostler.runs.get(second.id)).toMatchObject({ state: 'queued', attempts: [] })
  expect(await hostler.accounts.list()).toMatchObject([{ state: 'parked', heldRuns: 2 }])

  const id = parked?.id ?? ''
  await hostler.accounts.resume(id)
  await waitFor(async () => (await hostler.runs.get(first.id)).attempts[1]?.endedAt, {
    timeoutMs: 30_000,
  })
  expect(await hostler.accounts.list()).toMatchObject([{ id, state: 'parked' }])
  await hostler.accounts.resume(id)
  const [firstDone, secondDone] = await waitForRuns(hostler, [first, second])
  expect(firstDone).toMatchObject({ outcome: 'ok', text: 'answered' })
  const outcomes = firstDone?.attempts.map(({ outcome }) => outcome)
  // Its second resumption finds the prompt noted, and no turn of it: the third has it anew.
  const known = ['rate_limited', 'rate_limited', 'protocol', 'ok']
  expect(outcomes).toEqual(known)
  expect(secondDone).toMatchObject({ outcome: 'ok', text: 'second' })
})
