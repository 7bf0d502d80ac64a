import { hostlerError } from '../../errors.ts'
import { parsePrompt } from '../../agent/index.ts'
import { appendInTx } from '../../store/events/append-in-tx.ts'
import { findByIdempotencyKey } from '../../store/runs/get-run.ts'
import { countTasks } from '../../store/runs/tasks-of.ts'
import type { Tx } from '../../store/store.ts'
import { newTaskSchema } from '../api-schema/agent-call-schema.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { findProfile } from '../configuration/find-profile.ts'
import type { AgentCallOptions, NewTask, TaskInfo } from '../contract/agent-calls.ts'
import type { Submission } from '../contract/run.ts'
import { change } from '../front/change.ts'
import { insertNewSession } from '../front/insert-new-session.ts'
import { notFound } from '../front/not-found.ts'
import { submissionHash } from '../front/submission-hash.ts'
import { addRun } from '../front/submit-run.ts'
import {
  actorOf,
  lockCallingRun,
  readCallingRun,
  type Calling,
  type CallingRun,
} from './calling-run.ts'
import { placeTask } from './place-task.ts'
import { listTasks } from './read-tasks.ts'

/**
 * Makes a child run in a session of its own. A call that comes again under the same key gives the task
 * that it has made. @throws invalid_prompt, invalid_input, task_refused, not_found for what it is to
 *   come after, idempotency_conflict, not_accepting, run_ended
 */
export async function createTask(
  calling: Calling,
  input: NewTask,
  { callKey, signal }: AgentCallOptions = {},
): Promise<TaskInfo> {
  const { context, runId } = calling
  const task = parseInput(newTaskSchema, input, { name: 'task' })
  parsePrompt(task.prompt)
  const hash = submissionHash({
    prompt: task.prompt,
    labels: { ...task, after: String(task.after) },
  })
  const key = callKey === undefined ? null : `call:${callKey}`
  const absent = await placeTask(calling, await readCallingRun(context.store, calling), task)
  return await change(
    calling,
    async (tx) => {
      const calls = await lockCallingRun(tx, calling)
      const former = key === null ? null : await madeBefore(tx, { calling, key, hash })
      if (former !== null) return former
      await assertMayMake(tx, calling, calls)
      await listTasks(tx, { runId, ids: task.after })
      const actor = actorOf(calling)
      const session = await insertNewSession(tx, absent, { actor, action: 'session.create' })
      if (session === null) throw notFound('session', absent.id)
      const { id: taskRunId } = await addRun(
        tx,
        { context, actor },
        {
          session,
          submission: toSubmission(task, { calls, sessionId: session.id, key }),
          hash: key === null ? null : hash,
          depth: calls.run.depth + 1,
        },
      )
      await appendInTx(tx, calls.session.id, {
        runId,
        events: [{ type: 'task_created', taskRunId, taskSessionId: session.id, title: task.title }],
      })
      return await readTask(tx, { runId, id: taskRunId })
    },
    signal === undefined ? {} : { signal },
  )
}

function toSubmission(
  { prompt, after }: NewTask,
  { calls: { run }, sessionId, key }: { calls: CallingRun; sessionId: string; key: string | null },
): Submission {
  return {
    sessionId,
    prompt,
    labels: JSON.parse(run.labels),
    priority: run.priority,
    parentRunId: run.id,
    ...(key === null ? {} : { idempotencyKey: key }),
    ...(after === undefined ? {} : { dependsOn: after }),
  }
}

async function madeBefore(
  tx: Tx,
  { calling, key, hash }: { calling: Calling; key: string; hash: string },
): Promise<TaskInfo | null> {
  const found = await findByIdempotencyKey(tx, { key, actor: actorOf(calling) })
  if (found === null) return null
  if (found.idempotency_hash === hash) {
    return await readTask(tx, { runId: calling.runId, id: found.id })
  }
  throw hostlerError('idempotency_conflict', { key, runId: found.id })
}

async function readTask(tx: Tx, { runId, id }: { runId: string; id: string }): Promise<TaskInfo> {
  const [task] = await listTasks(tx, { runId, ids: [id] })
  if (task === undefined) throw notFound('run', id)
  return task
}

/** How deep and how many, as the profile says. @throws task_refused */
async function assertMayMake(
  tx: Tx,
  calling: Calling,
  { run, session }: CallingRun,
): Promise<void> {
  const {
    name,
    maxChildDepth = 1,
    maxChildren = 20,
  } = findProfile(calling.context, session.profile)
  if (run.depth >= maxChildDepth) {
    const what = run.depth === 0 ? 'runs' : `tasks at depth ${run.depth}`
    throw hostlerError('task_refused', {
      problem: `${what} of profile "${name}" may not make tasks`,
      cure: 'do the work yourself, or raise maxChildDepth of the profile',
    })
  }
  if ((await countTasks(tx, run.id)) < maxChildren) return
  throw hostlerError('task_refused', {
    problem: `this run has made ${maxChildren} tasks, as many as profile "${name}" allows`,
    cure: 'do the rest yourself, or raise maxChildren of the profile',
  })
}
