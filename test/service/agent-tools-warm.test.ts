import { expect, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import { openTestService } from '../support/service.ts'
import { waitFor } from '../support/wait-for.ts'

test('the tools of a spare and of a warm agent are of the run that it serves at that moment', async () => {
  await using world = await openTestService({
    profile: { hostlerTools: ['report_progress'], spare: 1 },
    script: [
      tool('mcp__hostler__report_progress', { text: 'of the first' }),
      text('one'),
      tool('mcp__hostler__report_progress', { text: 'of the second' }),
      text('two'),
    ],
  })
  const hostler = await world.open()
  await waitFor(async () => (await hostler.agents.list()).some(({ state }) => state === 'spare'))
  const first = await hostler.runs.submit({ key: 'k', prompt: 'go' })
  await hostler.runs.wait(first.id, { timeoutMs: 20_000 })
  const second = await hostler.runs.submit({ key: 'k', prompt: 'again' })
  const done = await hostler.runs.wait(second.id, { timeoutMs: 20_000 })
  const was = await hostler.runs.get(first.id)
  expect(was).toMatchObject({ text: 'one', progress: { text: 'of the first' } })
  expect(done).toMatchObject({ text: 'two', progress: { text: 'of the second' } })
  expect(done.attempts[0]?.agentId).toBe(was.attempts[0]?.agentId)
})

test('the planning preamble is told to a run and not to its tasks, and speaks of what there is', async () => {
  await using world = await openTestService({
    profile: {
      preamble: 'planning-1',
      appendSystemPrompt: 'OWN-WORDS',
      hostlerTools: ['create_task', 'wait_for_tasks'],
    },
    script: [
      tool('mcp__hostler__create_task', { title: 'Oats', prompt: 'CHILD' }),
      tool('mcp__hostler__wait_for_tasks', {}),
      text('in', { when: { lastUserText: 'CHILD' } }),
      text('done'),
    ],
  })
  const hostler = await world.open()
  const run = await hostler.runs.submit({ key: 'k', prompt: 'go' })
  expect(await hostler.runs.wait(run.id, { timeoutMs: 40_000 })).toMatchObject({ text: 'done' })
  const systems = world.model.prompts.map((one) => JSON.stringify(one.body?.['system']))
  const ofTask = world.model.prompts.findIndex(({ lastUserText }) => lastUserText.includes('CHILD'))
  for (const [at, system] of systems.entries()) {
    expect(system).toContain('OWN-WORDS')
    expect(system.includes('You work unattended')).toBe(at !== ofTask)
    expect(system.includes('Split the work with create_task')).toBe(at !== ofTask)
    expect(system).not.toContain('ask_human')
  }
})
