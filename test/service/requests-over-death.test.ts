import { expect, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import { eventsUntil, openTestService } from '../support/service.ts'

test('an answer counts though the agent that asked has died: its successor is not made to ask again', async () => {
  await using world = await openTestService({
    script: [
      tool(
        'Bash',
        { command: 'touch asked.txt' },
        { repeat: true, when: { hasToolResult: false } },
      ),
      text('was allowed', { repeat: true, when: { hasToolResult: true } }),
    ],
  })
  const hostler = await world.open()
  const run = await hostler.runs.submit({ key: 'k', prompt: 'ask me' })
  await eventsUntil(hostler, run.sessionId, ({ type }) => type === 'run_waiting')
  const [agent] = await hostler.agents.list()
  process.kill(-(agent?.pid ?? 0), 'SIGKILL')
  const [request] = (await hostler.requests.list({ state: 'open' })).items
  await hostler.requests.answer(request?.id ?? '', { behavior: 'allow' })
  const done = await hostler.runs.wait(run.id, { timeoutMs: 20_000 })
  const told: string[] = []
  for await (const { type } of hostler.sessions.events(run.sessionId, { until: 'now' }))
    told.push(type)
  expect(done, `${told.join(' ')}\n${world.logged.join('')}`).toMatchObject({
    outcome: 'ok',
    text: 'was allowed',
  })
  expect(told.filter((type) => type === 'request_opened')).toHaveLength(1)
  expect(done.attempts).toHaveLength(2)
})
