import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import type { Run } from '../../src/index.ts'
import type { AgentCalls } from '../../src/service/contract/agent-calls.ts'
import { createAgentCalls } from '../../src/service/agent-calls/agent-calls.ts'
import { openTestFront, type TestFront } from '../support/fronts.ts'
import { forEachDatabase } from '../support/stores.ts'

const workspace = tmpdir()
const profiles = {
  default: {
    workspace: { path: workspace },
    maxBudgetUsd: 5,
    maxChildren: 2,
    childProfiles: ['less'],
  },
  less: { maxBudgetUsd: 1, maxChildren: 1, tools: ['Read'] },
  free: { permissionMode: 'acceptEdits' },
  other: { workspace: { path: workspace }, maxChildDepth: 2 },
}

type World = TestFront & { run: Run; calls: AgentCalls; as: (runId: string) => AgentCalls }

async function begin(
  open: Parameters<typeof openTestFront>[0],
  submission: { profile?: string; options?: Run['options'] } = {},
): Promise<World> {
  const front = await openTestFront(open, { profiles })
  const run = await front.hostler.runs.submit({
    key: 'parent',
    prompt: 'go',
    labels: { team: 'inn' },
    priority: 3,
    ...submission,
  })
  const as = (runId: string): AgentCalls => createAgentCalls({ context: front.context, runId })
  return { ...front, run, calls: as(run.id), as }
}

forEachDatabase((open) => {
  test('a task is a run of its own, where its parent works and with no more than its parent has', async () => {
    await using world = await begin(open, { options: { maxBudgetUsd: 2, model: 'haiku' } })
    const { hostler, calls, run } = world
    const task = await calls.createTask({ title: 'Oats', prompt: 'Count the oats' })
    expect(task).toMatchObject({ title: 'Oats', state: 'queued', outcome: null, text: null })
    const child = await hostler.runs.get(task.id)
    expect(child).toMatchObject({
      depth: 1,
      parentRunId: run.id,
      labels: { team: 'inn' },
      priority: 3,
      submittedBy: `agent:${run.id}`,
    })
    expect(child.sessionId).not.toBe(run.sessionId)
    expect(await hostler.sessions.get(child.sessionId)).toMatchObject({
      key: null,
      title: 'Oats',
      profile: 'default',
      workspace: { path: workspace },
      options: { maxBudgetUsd: 2, model: 'haiku' },
    })
    const less = await calls.createTask({ title: 'Hay', prompt: 'x', profile: 'less' })
    const other = await hostler.runs.get(less.id)
    expect(await hostler.sessions.get(other.sessionId)).toMatchObject({
      profile: 'less',
      workspace: { path: workspace },
      options: { maxBudgetUsd: 2 },
    })
    expect((await calls.tasks()).map(({ title }) => title)).toEqual(['Oats', 'Hay'])
    expect(await calls.self()).toMatchObject({ runId: run.id, depth: 0 })
  })

  test('how many, how deep and with which profiles is limited', async () => {
    await using world = await begin(open)
    const { calls, as } = world
    const first = await calls.createTask({ title: 'a', prompt: 'x' })
    const refused = expect.objectContaining({ code: 'task_refused' })
    await expect(as(first.id).createTask({ title: 'b', prompt: 'x' })).rejects.toThrow(refused)
    for (const profile of ['free', 'other', 'nobody']) {
      await expect(calls.createTask({ title: 'b', prompt: 'x', profile })).rejects.toThrow(refused)
    }
    await calls.createTask({ title: 'b', prompt: 'x' })
    await expect(calls.createTask({ title: 'c', prompt: 'x' })).rejects.toThrow(
      /this run has made 2 tasks/,
    )
    expect(await calls.tasks()).toHaveLength(2)
  })

  test('a task may make tasks where the profile says so', async () => {
    await using world = await begin(open, { profile: 'other' })
    const { calls, as, hostler } = world
    const first = await calls.createTask({ title: 'a', prompt: 'x' })
    const second = await as(first.id).createTask({ title: 'b', prompt: 'x' })
    expect(await hostler.runs.get(second.id)).toMatchObject({ depth: 2, parentRunId: first.id })
    await expect(as(second.id).createTask({ title: 'c', prompt: 'x' })).rejects.toThrow(
      /tasks at depth 2 of profile "other" may not make tasks/,
    )
  })

  test('a call that comes again does its work once', async () => {
    await using world = await begin(open)
    const { calls, hostler } = world
    const key = { callKey: 'toolu_1' }
    const task = await calls.createTask({ title: 'a', prompt: 'x' }, key)
    const same = await Promise.all([
      calls.createTask({ title: 'a', prompt: 'x' }, key),
      calls.createTask({ title: 'a', prompt: 'x' }, key),
    ])
    expect(same.map(({ id }) => id)).toEqual([task.id, task.id])
    await expect(calls.createTask({ title: 'a', prompt: 'y' }, key)).rejects.toThrow(
      expect.objectContaining({ code: 'idempotency_conflict' }),
    )
    const asked = await calls.ask({ text: 'Which?' }, key)
    expect(await calls.ask({ text: 'Which?' }, key)).toEqual(asked)
    expect((await hostler.requests.list()).items).toHaveLength(1)
    expect((await hostler.sessions.list()).items).toHaveLength(2)
  })

  test('the same question while nobody has answered is the same one, and another is not', async () => {
    await using world = await begin(open)
    const { calls, hostler } = world
    const first = await calls.ask({ text: 'Which?' }, { callKey: 'toolu_1' })
    expect(await calls.ask({ text: 'Which?' }, { callKey: 'toolu_2' })).toEqual(first)
    const other = await calls.ask({ text: 'When?' })
    expect(other.id).not.toBe(first.id)
    await hostler.requests.answer(first.id, { behavior: 'deny', message: 'look yourself' })
    expect(await calls.readQuestion(first.id)).toEqual({
      id: first.id,
      state: 'answered',
      answer: 'The human did not answer, but says: look yourself',
    })
  })

  test('an agent sees its own run only, and nothing after its end', async () => {
    await using world = await begin(open)
    const { calls, as, hostler } = world
    const stranger = await hostler.runs.submit({ key: 'another', prompt: 'go' })
    const question = await calls.ask({ text: 'Which?' })
    const task = await calls.createTask({ title: 'a', prompt: 'x' })
    const missing = expect.objectContaining({ code: 'not_found' })
    await expect(as(stranger.id).readQuestion(question.id)).rejects.toThrow(missing)
    await expect(as(stranger.id).tasks({ ids: [task.id] })).rejects.toThrow(missing)
    await expect(
      as(stranger.id).createTask({ title: 'b', prompt: 'x', after: [task.id] }),
    ).rejects.toThrow(missing)
    await hostler.runs.cancel(stranger.id)
    const over = expect.objectContaining({ code: 'run_ended' })
    const ended = as(stranger.id)
    await expect(ended.self()).rejects.toThrow(over)
    await expect(ended.ask({ text: 'Which?' })).rejects.toThrow(over)
    await expect(ended.createTask({ title: 'b', prompt: 'x' })).rejects.toThrow(over)
    await expect(ended.reportProgress({ text: 'x' })).rejects.toThrow(over)
    await expect(ended.setTitle('x')).rejects.toThrow(over)
  })

  test('a task waits for those it comes after', async () => {
    await using world = await begin(open)
    const { calls, hostler } = world
    const first = await calls.createTask({ title: 'a', prompt: 'x' })
    const second = await calls.createTask({ title: 'b', prompt: 'x', after: [first.id] })
    expect(await hostler.runs.get(second.id)).toMatchObject({
      dependsOn: [first.id],
      held: { by: 'dependencies' },
    })
  })

  test('what is sent is read strictly', async () => {
    await using world = await begin(open)
    const { calls } = world
    const invalid = expect.objectContaining({ code: 'invalid_input' })
    await expect(calls.ask({ text: ' ' })).rejects.toThrow(invalid)
    await expect(calls.ask({ text: 'x', options: ['one'] })).rejects.toThrow(invalid)
    await expect(calls.ask({ text: 'x', options: ['one', 'one'] })).rejects.toThrow(invalid)
    await expect(calls.reportProgress({ text: 'x', percent: 101 })).rejects.toThrow(invalid)
    await expect(calls.setTitle('')).rejects.toThrow(invalid)
    const extra = { title: 'a', prompt: 'x', priority: 9 }
    await expect(calls.createTask(extra)).rejects.toThrow(/priority: there is no such field/)
  })
})
