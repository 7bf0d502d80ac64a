import { describe, expect, test } from 'vitest'
import type { OpenedHostler, StoredRequest } from '../../src/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { lastPrompt, toolNames } from '../support/conversation.ts'
import { realClaudes } from '../support/real-claude.ts'
import { eventsUntil, openTestService } from '../support/service.ts'

async function openRequest(hostler: OpenedHostler, sessionId: string): Promise<StoredRequest> {
  await eventsUntil(hostler, sessionId, ({ type }) => type === 'run_waiting')
  const { items } = await hostler.requests.list({ sessionId, state: 'open' })
  expect(items).toHaveLength(1)
  const [request] = items
  if (request === undefined) throw new Error('nothing is asked')
  return request
}

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('an agent asks a human, tells how far it is, and names its session', async () => {
    await using world = await openTestService({
      version,
      profile: { hostlerTools: ['ask_human', 'report_progress', 'set_title'] },
      script: [
        tool('mcp__hostler__set_title', { title: 'The stables' }),
        tool('mcp__hostler__report_progress', { text: 'half way', percent: 50 }),
        tool('mcp__hostler__ask_human', { text: 'Which horse?', options: ['Bess', 'Ned'] }),
        text('done'),
      ],
    })
    const hostler = await world.open()
    const run = await hostler.runs.submit({ key: 'k', prompt: 'go' })
    const { sessionId } = run
    const asked = await openRequest(hostler, sessionId)
    expect(asked).toMatchObject({
      kind: 'question',
      origin: 'tool',
      runId: run.id,
      request: {
        questions: [
          {
            question: 'Which horse?',
            multiSelect: false,
            options: [{ label: 'Bess' }, { label: 'Ned' }],
          },
        ],
      },
    })
    expect(await hostler.runs.get(run.id)).toMatchObject({
      state: 'waiting',
      waiting: { on: 'human' },
      progress: { text: 'half way', percent: 50 },
    })
    expect(await hostler.sessions.get(sessionId)).toMatchObject({ title: 'The stables' })
    await hostler.requests.answer(asked.id, {
      behavior: 'allow',
      updatedInput: { answers: { 'Which horse?': 'Bess' } },
    })
    const done = await hostler.runs.wait(run.id, { timeoutMs: 20_000 })
    expect(done, world.logged.join('')).toMatchObject({
      outcome: 'ok',
      text: 'done',
      attempts: [{ outcome: 'ok' }],
    })
    expect(lastPrompt(world.model)?.toolResultText).toBe('Bess')
    expect(toolNames(world.model.prompts[0])).toEqual(
      expect.arrayContaining(['mcp__hostler__ask_human', 'mcp__hostler__set_title']),
    )
    expect(toolNames(world.model.prompts[0])).not.toContain('mcp__hostler__create_task')
    const types = (await eventsUntil(hostler, sessionId, ({ type }) => type === 'run_ended')).map(
      ({ type }) => type,
    )
    expect(types).toEqual(
      expect.arrayContaining(['session_changed', 'run_progress', 'request_opened']),
    )
    expect(types.filter((type) => type === 'request_opened')).toHaveLength(1)
    const audited = (await hostler.audit()).items.filter(({ actor }) => actor === `agent:${run.id}`)
    expect(audited.map(({ action }) => action).toSorted()).toEqual([
      'agent.ask',
      'agent.progress',
      'agent.title',
    ])
  })

  test('a parent waits for its tasks without its slot, and goes on with what they came to', async () => {
    await using world = await openTestService({
      version,
      profile: { hostlerTools: ['create_task', 'wait_for_tasks'] },
      configuration: { limits: { perWorker: 1 } },
      script: [
        tool('mcp__hostler__create_task', { title: 'Oats', prompt: 'CHILD-ONE' }),
        tool('mcp__hostler__create_task', { title: 'Hay', prompt: 'CHILD-TWO' }),
        tool('mcp__hostler__wait_for_tasks', {}),
        text('the oats are in', { when: { lastUserText: 'CHILD-ONE' } }),
        text('the hay is in', { when: { lastUserText: 'CHILD-TWO' } }),
        text('all is in'),
      ],
    })
    const hostler = await world.open()
    const run = await hostler.runs.submit({
      key: 'parent',
      prompt: 'go',
      labels: { team: 'inn' },
      priority: 7,
    })
    const done = await hostler.runs.wait(run.id, { timeoutMs: 40_000 })
    expect(done, world.logged.join('')).toMatchObject({
      outcome: 'ok',
      text: 'all is in',
      attempts: [{ outcome: 'parked' }, { outcome: 'ok' }],
    })
    const { items: tasks } = await hostler.runs.list({ parentRunId: run.id })
    expect(tasks).toHaveLength(2)
    for (const task of tasks) {
      expect(task).toMatchObject({
        state: 'succeeded',
        depth: 1,
        priority: 7,
        labels: { team: 'inn' },
        submittedBy: `agent:${run.id}`,
      })
    }
    const told = JSON.stringify(lastPrompt(world.model)?.body)
    expect(told).toContain('the oats are in')
    expect(told).toContain('the hay is in')
  })
})
