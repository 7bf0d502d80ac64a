import type { AgentCalls } from '../contract/agent-calls.ts'
import { askHuman } from './ask-human.ts'
import { readCallingRun, type Calling } from './calling-run.ts'
import { createTask } from './create-task.ts'
import { readQuestion } from './read-question.ts'
import { listTasks, readTasks } from './read-tasks.ts'
import { reportProgress } from './report-progress.ts'
import { setTitle } from './set-title.ts'

/** What one run's agent may do, over the store. */
export function createAgentCalls(calling: Calling): AgentCalls {
  const { context, runId } = calling
  return {
    async self({ signal } = {}) {
      signal?.throwIfAborted()
      const { run, session } = await readCallingRun(context.store, calling)
      return {
        runId: run.id,
        sessionId: session.id,
        title: session.title,
        profile: session.profile,
        state: run.state,
        depth: run.depth,
        tasks: await listTasks(context.store, { runId, ids: undefined }),
      }
    },
    async ask(question, { waitMs, ...options } = {}) {
      const { id } = await askHuman(calling, question, options)
      const { signal } = options
      return await readQuestion(calling, id, {
        ...(waitMs === undefined ? {} : { waitMs }),
        ...(signal === undefined ? {} : { signal }),
      })
    },
    readQuestion: (id, options) => readQuestion(calling, id, options),
    createTask: (task, options) => createTask(calling, task, options),
    tasks: (options) => readTasks(calling, options),
    reportProgress: (progress, options) => reportProgress(calling, progress, options),
    setTitle: (title, options) => setTitle(calling, title, options),
  }
}
