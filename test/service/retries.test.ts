import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SessionEvent } from '../../src/events/index.ts'
import { failure, type FakeStep, text, tool } from '../../src/testing/index.ts'
import { countInConversation, findTranscript, lastPrompt } from '../support/conversation.ts'
import { waitForEvent } from '../support/daemon-world.ts'
import { realClaudes } from '../support/real-claude.ts'
import { type RunningService, startTestService } from '../support/running-service.ts'
import { waitFor } from '../support/wait-for.ts'

/** The CLI gives up at once, so that it is hostler that tries again. */
const noRetriesOfItsOwn = { CLAUDE_CODE_MAX_RETRIES: '0' }

async function countInTranscript(
  world: RunningService,
  sessionId: string,
  words: string,
): Promise<number> {
  const { claudeSessionId } = await world.hostler.sessions.get(sessionId)
  const path = findTranscript(world.env['HOME'] ?? '', claudeSessionId ?? '')
  return (await readFile(path, 'utf8')).split(`"${words}"`).length - 1
}

function outcomesOf(events: readonly SessionEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'attempt_ended' ? event.outcome : []))
}

describe.each(realClaudes)('claude $version', ({ version }) => {
  test.each([
    { what: 'overloaded', fail: failure.overloaded({ repeat: 2 }) },
    { what: 'api_error', fail: failure.serverError({ repeat: 2 }) },
  ])('$what: tried again in the same conversation, and answered once', async ({ what, fail }) => {
    await using world = await startTestService({
      version,
      env: noRetriesOfItsOwn,
      script: [fail, text('at last')],
    })
    const { hostler } = world
    const run = await hostler.runs.submit({ key: 'k', prompt: 'p-once' })
    const done = await world.ended(run)
    expect(done).toMatchObject({ state: 'succeeded', outcome: 'ok', text: 'at last' })
    // Its second resumption finds the prompt noted, and no turn of it: the third has it anew.
    const again = [what, what, 'protocol', 'ok']
    expect(done.attempts.map(({ outcome }) => outcome)).toEqual(again)
    const waits = (await world.events(run.sessionId)).flatMap((event) =>
      event.type === 'run_waiting' ? `${event.on}: ${event.reason}` : [],
    )
    expect(waits.slice(0, 2)).toEqual([`time: after ${what}`, `time: after ${what}`])
    expect(await countInTranscript(world, run.sessionId, 'at last')).toBe(1)
    const kinds = (await world.events(run.sessionId)).flatMap((event) =>
      event.type === 'run_started' ? event.agent : [],
    )
    expect(kinds).toEqual(['new', 'resumed', 'resumed', 'resumed'])
  })

  test('a usage limit is waited out, spends no try, and shows until when', async () => {
    await using world = await startTestService({
      version,
      profile: { oauthToken: 'sk-ant-oat01-dummy', maxAttempts: 1 },
      env: noRetriesOfItsOwn,
      script: [failure.usageLimit({ resetsInS: 3 }), text('after the limit')],
    })
    const { hostler, model } = world
    const run = await hostler.runs.submit({ key: 'k', prompt: 'p-once' })
    await waitForEvent(hostler, run.sessionId, ({ type }) => type === 'run_waiting')
    const parked = await hostler.runs.get(run.id)
    expect(parked).toMatchObject({
      state: 'waiting',
      waiting: { on: 'time', reason: 'usage limit' },
    })
    expect(await hostler.status()).toMatchObject({ runs: { waiting: { time: 1 } } })
    const done = await world.ended(run)
    expect(done).toMatchObject({ outcome: 'ok', text: 'after the limit' })
    expect(done.attempts.map(({ outcome }) => outcome)).toEqual(['rate_limited', 'ok'])
    expect(done.attempts[1]?.startedAt).toBeGreaterThanOrEqual(parked.waiting?.until ?? Infinity)
    expect(countInConversation(lastPrompt(model), 'p-once')).toBe(1)
    expect(await countInTranscript(world, run.sessionId, 'after the limit')).toBe(1)
  })

  test('agents that are killed in mid-turn, twice: its conversation is resumed, and the prompt answered once', async () => {
    await using world = await startTestService({
      version,
      profile: { allowedTools: ['Bash'] },
      script: [
        tool(
          'Bash',
          { command: 'touch begun; while [ ! -e go ]; do sleep 0.05; done' },
          { repeat: 2 },
        ),
        text('survived', { repeat: true }),
      ],
    })
    const { hostler, workspace } = world
    const run = await hostler.runs.submit({ key: 'k', prompt: 'p-once' })
    for (const killed of [1, 2]) {
      await waitFor(() => existsSync(join(workspace, 'begun')), { timeoutMs: 20_000 })
      await rm(join(workspace, 'begun'))
      const [agent] = await hostler.agents.list()
      process.kill(-(agent?.pid ?? 0), 'SIGKILL')
      await waitFor(async () => (await hostler.runs.get(run.id)).attempts[killed - 1]?.endedAt)
    }
    const done = await world.ended(run)
    expect(done).toMatchObject({ outcome: 'ok', text: 'survived' })
    const outcomes = done.attempts.map((one) => one.outcome)
    // 2.1.197 does not take up a turn a second time: it gets the prompt once more.
    expect(outcomes.filter((one) => one !== 'protocol')).toEqual(['killed', 'killed', 'ok'])
    expect(await countInTranscript(world, run.sessionId, 'survived')).toBe(1)
  })

  test.each([
    { onSessionLost: 'stop', outcome: 'session_not_found', reply: '' },
    { onSessionLost: 'fresh', outcome: 'ok', reply: 're second' },
  ])(
    'a conversation that is nowhere any more, with onSessionLost: $onSessionLost',
    async ({ onSessionLost, outcome, reply }) => {
      await using world = await startTestService({
        version,
        profile: { onSessionLost, warmMs: 0 },
        script: [text('re first'), text('re second', { repeat: true })],
      })
      const { hostler, service } = world
      const first = await hostler.runs.submit({ key: 'k', prompt: 'first' })
      await world.ended(first)
      const { claudeSessionId } = await hostler.sessions.get(first.sessionId)
      await rm(findTranscript(world.env['HOME'] ?? '', claudeSessionId ?? ''))
      await service.context.store.transact(async ({ db }) => {
        await db.deleteFrom('chunks').where('kind', '=', 'transcript').execute()
      })
      const second = await hostler.runs.submit({ key: 'k', prompt: 'second' })
      const done = await world.ended(second)
      expect([done.outcome, done.text]).toEqual([outcome, reply])
      const session = await hostler.sessions.get(first.sessionId)
      expect(session.claudeSessionId === claudeSessionId).toBe(onSessionLost === 'stop')
    },
  )
})

const dies: FakeStep[] = [{ do: 'begin' }, { do: 'kill', signal: 'SIGKILL' }]

test('maxAttempts: a run that fails so often is given up, and tells each try', async () => {
  await using world = await startTestService({
    profile: { maxAttempts: 2 },
    scenario: { everyTurn: dies },
  })
  const { hostler } = world
  const run = await hostler.runs.submit({ key: 'k', prompt: 'p' })
  const done = await world.ended(run)
  expect(done).toMatchObject({ state: 'failed', outcome: 'killed' })
  expect(done.attempts.map(({ number }) => number)).toEqual([1, 2])
  expect(outcomesOf(await world.events(run.sessionId))).toEqual(['killed', 'killed'])
})
