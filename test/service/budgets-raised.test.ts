import { expect, test } from 'vitest'
import { startTestService } from '../support/running-service.ts'
import { waitFor } from '../support/wait-for.ts'

test('a limit that is raised lets those go on that wait for the next day, and one that is not tells them nothing', async () => {
  const figures = { inputTokens: 10, outputTokens: 5, costUSD: 0.6 }
  const extra = { model_usage_since_last_result: { 'claude-fake-1': figures } }
  await using world = await startTestService({
    scenario: {
      everyTurn: [{ do: 'begin' }, { do: 'assistant', text: 'ok' }, { do: 'end', extra }],
    },
    profile: { shareWorkspace: true },
    configuration: { budgets: { maxDayUsd: 0.5 } },
  })
  const { hostler, service } = world
  await world.ended(await hostler.runs.submit({ key: 'a', prompt: 'p' }))
  const run = await hostler.runs.submit({ key: 'b', prompt: 'p' })
  await waitFor(async () => (await hostler.runs.get(run.id)).waiting?.on === 'time')
  const configuration = service.context.configuration()
  const { budgets } = configuration
  service.reconfigure({ ...configuration, budgets: { ...budgets, maxDayUsd: 0.55 } })
  await waitFor(async () => {
    const { waiting } = await hostler.runs.get(run.id)
    return waiting?.reason.includes('$0.55')
  })
  service.reconfigure({ ...configuration, budgets: { ...budgets, maxDayUsd: 10 } })
  expect(await world.ended(run)).toMatchObject({ outcome: 'ok', attempts: [{ outcome: 'ok' }] })
})
