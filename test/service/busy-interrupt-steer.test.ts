import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listAgents } from '../../src/agent/index.ts'
import { failure, text, tool } from '../../src/testing/index.ts'
import { countInConversation, lastPrompt } from '../support/conversation.ts'
import { waitForEvent } from '../support/daemon-world.ts'
import { realClaudes } from '../support/real-claude.ts'
import { startTestService } from '../support/running-service.ts'
import { waitFor } from '../support/wait-for.ts'

test('onBusy interrupt: the turn under way ends as cancelled, and the same agent goes on with the new one', async () => {
  await using world = await startTestService({
    script: [text('never', { hold: 'never' }), text('re second')],
  })
  const { hostler, model } = world
  const first = await hostler.runs.submit({ key: 'k', prompt: 'first' })
  await model.waitForRequest()
  const second = await hostler.runs.submit({ key: 'k', prompt: 'second', onBusy: 'interrupt' })
  const [cut, done] = [await world.ended(first), await world.ended(second)]
  expect(cut).toMatchObject({ state: 'cancelled', outcome: 'cancelled' })
  expect(done).toMatchObject({ state: 'succeeded', text: 're second' })
  expect(done.attempts[0]?.agentId).toBe(cut.attempts[0]?.agentId)
  const kinds = (await world.events(first.sessionId)).flatMap((event) =>
    event.type === 'run_started' ? event.agent : [],
  )
  expect(kinds).toEqual(['new', 'warm'])
})

const loop = 'while [ ! -e go ]; do sleep 0.05; done; echo done'

describe.each(realClaudes)('claude $version, onBusy steer', ({ version }) => {
  test('while a tool runs: the prompt becomes part of the turn and ends with it, at no cost of its own', async () => {
    await using world = await startTestService({
      version,
      profile: { allowedTools: ['Bash'] },
      script: [tool('Bash', { command: loop }), text('both'), text('next')],
    })
    const { hostler, model } = world
    const first = await hostler.runs.submit({ key: 'k', prompt: 'p-first' })
    await waitForEvent(hostler, first.sessionId, ({ type }) => type === 'tool_started')
    const steered = await hostler.runs.submit({ key: 'k', prompt: 'p-steer', onBusy: 'steer' })
    await writeFile(join(world.workspace, 'go'), '')
    const [done, joined] = [await world.ended(first), await world.ended(steered)]
    expect(done).toMatchObject({ outcome: 'ok', text: 'both' })
    expect(joined).toMatchObject({ state: 'succeeded', outcome: 'ok', text: 'both', attempts: [] })
    expect(joined.costUsd).toBe(0)
    expect(joined.endedAt).toBe(done.endedAt)
    const session = await hostler.sessions.get(first.sessionId)
    expect(session.totals).toMatchObject({ runs: 2, costUsd: done.costUsd })
    expect(done.costUsd).toBeGreaterThan(0)
    expect(countInConversation(lastPrompt(model), 'p-steer')).toBe(1)
    const told = (await world.events(first.sessionId)).flatMap((event) =>
      event.type.startsWith('run_') ? `${event.type} ${event.runId}` : [],
    )
    expect(told).toEqual([
      `run_queued ${first.id}`,
      `run_started ${first.id}`,
      `run_queued ${steered.id}`,
      `run_ended ${first.id}`,
      `run_ended ${steered.id}`,
    ])
    const next = await hostler.runs.submit({ key: 'k', prompt: 'p-next' })
    expect(await world.ended(next)).toMatchObject({ outcome: 'ok', text: 'next' })
  })

  test('while the reply streams: it is answered before the turn is over', async () => {
    await using world = await startTestService({
      version,
      script: [
        text('a first reply that takes its time', { pace: { chunkChars: 3, delayMs: 150 } }),
        text('second reply'),
        text('next'),
      ],
    })
    const { hostler, model } = world
    const first = await hostler.runs.submit({ key: 'k', prompt: 'p-first' })
    await waitForEvent(hostler, first.sessionId, ({ type }) => type === 'text_delta')
    const steered = await hostler.runs.submit({ key: 'k', prompt: 'p-steer', onBusy: 'steer' })
    const [done, joined] = [await world.ended(first), await world.ended(steered)]
    expect([done.text, joined.text]).toEqual(['second reply', 'second reply'])
    expect(joined.attempts).toEqual([])
    expect(countInConversation(lastPrompt(model), 'p-steer')).toBe(1)
  })

  test('while the reply streams, and the agent dies in its own: it is answered in a turn of its own', async () => {
    await using world = await startTestService({
      version,
      script: [
        text('a first reply that takes its time', { pace: { chunkChars: 3, delayMs: 150 } }),
        text('never', { hold: 'never' }),
        text('answered', { repeat: true }),
      ],
    })
    const { hostler, model } = world
    const first = await hostler.runs.submit({ key: 'k', prompt: 'p-first' })
    await waitForEvent(hostler, first.sessionId, ({ type }) => type === 'text_delta')
    const steered = await hostler.runs.submit({ key: 'k', prompt: 'p-steer', onBusy: 'steer' })
    await waitFor(() => model.holding.includes('never'))
    const [agent] = await listAgents(world.dataDir)
    process.kill(-(agent?.pid ?? 0), 'SIGKILL')
    const [done, joined] = [await world.ended(first), await world.ended(steered)]
    expect([done.text, joined.text]).toEqual(['a first reply that takes its time', 'answered'])
    expect(joined).toMatchObject({ state: 'succeeded' })
    expect(joined.attempts.at(-1)).toMatchObject({ outcome: 'ok' })
  })

  test('into a turn that fails: it is answered, and once', async () => {
    await using world = await startTestService({
      version,
      profile: { allowedTools: ['Bash'] },
      script: [
        tool('Bash', { command: loop }),
        text('answered', { repeat: true, when: { lastUserText: 'p-steer' } }),
        failure.refusal({ repeat: true }),
      ],
    })
    const { hostler } = world
    const first = await hostler.runs.submit({ key: 'k', prompt: 'p-first' })
    await waitForEvent(hostler, first.sessionId, ({ type }) => type === 'tool_started')
    const steered = await hostler.runs.submit({ key: 'k', prompt: 'p-steer', onBusy: 'steer' })
    await writeFile(join(world.workspace, 'go'), '')
    const [done, joined] = [await world.ended(first), await world.ended(steered)]
    expect([done.outcome, joined.outcome, joined.text]).toEqual(['refused', 'ok', 'answered'])
    expect(joined.attempts).toHaveLength(1)
  })
})
