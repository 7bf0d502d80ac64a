import { expect, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import { lastPrompt } from '../support/conversation.ts'
import { openDaemonWorld, waitForEvent } from '../support/daemon-world.ts'
import { realClaudes } from '../support/real-claude.ts'
import { eventsUntil, openTestService } from '../support/service.ts'

const question = 'Which horse?'
const answer = {
  behavior: 'allow' as const,
  updatedInput: { answers: { [question]: 'Bess' } },
}

test.each(realClaudes.map(({ version }) => version))(
  '%s: a question outlives the hostler that was asked: it is asked once, and its tool call answered',
  async (version) => {
    await using world = await openDaemonWorld({
      version,
      profile: { hostlerTools: ['ask_human'] },
      script: [tool('mcp__hostler__ask_human', { text: question }), text('done')],
    })
    const first = await world.start()
    const run = await first.hostler.runs.submit({ key: 'k', prompt: 'go' })
    await waitForEvent(first.hostler, run.sessionId, ({ type }) => type === 'run_waiting')
    await first.end('SIGKILL')

    const second = await world.start()
    const { items } = await second.hostler.requests.list({ runId: run.id })
    expect(items).toMatchObject([{ state: 'open', origin: 'tool' }])
    await second.hostler.requests.answer(items[0]?.id ?? '', answer)
    const done = await second.hostler.runs.wait(run.id, { timeoutMs: 30_000 })
    expect(done, second.log()).toMatchObject({
      outcome: 'ok',
      text: 'done',
      attempts: [{ outcome: 'ok' }],
    })
    expect(lastPrompt(world.model)?.toolResultText).toBe('Bess')
    expect((await second.hostler.requests.list({ runId: run.id })).items).toHaveLength(1)
  },
)

test('a task that was made before hostler died is not made again by the same call', async () => {
  await using world = await openDaemonWorld({
    profile: { hostlerTools: ['create_task', 'wait_for_tasks'] },
    configuration: { limits: { perWorker: 1 } },
    script: [
      tool('mcp__hostler__create_task', { title: 'Oats', prompt: 'CHILD' }),
      tool('mcp__hostler__wait_for_tasks', {}),
      text('in', { when: { lastUserText: 'CHILD' }, repeat: true }),
      text('all is in'),
    ],
  })
  const first = await world.start()
  const run = await first.hostler.runs.submit({ key: 'k', prompt: 'go' })
  await waitForEvent(first.hostler, run.sessionId, ({ type }) => type === 'task_created')
  await first.end('SIGKILL')
  const second = await world.start()
  const done = await second.hostler.runs.wait(run.id, { timeoutMs: 30_000 })
  expect(done, second.log()).toMatchObject({ outcome: 'ok', text: 'all is in' })
  expect((await second.hostler.runs.list({ parentRunId: run.id })).items).toHaveLength(1)
})

test.each(realClaudes.map(({ version }) => version))(
  '%s: an agent that dies over a question does not have its successor ask again',
  async (version) => {
    await using world = await openTestService({
      version,
      profile: { hostlerTools: ['ask_human'] },
      script: [
        tool(
          'mcp__hostler__ask_human',
          { text: question },
          { repeat: true, when: { hasToolResult: false } },
        ),
        text('done', { repeat: true, when: { hasToolResult: true } }),
      ],
    })
    const hostler = await world.open()
    const run = await hostler.runs.submit({ key: 'k', prompt: 'go' })
    await eventsUntil(hostler, run.sessionId, ({ type }) => type === 'run_waiting')
    const [agent] = await hostler.agents.list()
    process.kill(-(agent?.pid ?? 0), 'SIGKILL')
    const [request] = (await hostler.requests.list({ state: 'open' })).items
    await hostler.requests.answer(request?.id ?? '', answer)
    const done = await hostler.runs.wait(run.id, { timeoutMs: 20_000 })
    expect(done, world.logged.join('')).toMatchObject({ outcome: 'ok', text: 'done' })
    expect((await hostler.requests.list({ runId: run.id })).items).toHaveLength(1)
    expect(lastPrompt(world.model)?.toolResultText).toBe('Bess')
  },
)
