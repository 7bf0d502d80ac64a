import { hostlerError } from '../../src/errors.ts'
import type { AgentCalls, AskedQuestion, TaskInfo } from '../../src/client/index.ts'

const task: TaskInfo = {
  id: 't1',
  title: 'Oats',
  state: 'running',
  outcome: null,
  text: null,
  error: null,
  progress: 'half way',
  costUsd: 0.5,
}
const asked: AskedQuestion = { id: 'q1', state: 'answered', answer: 'Bess' }

/** What one agent may do, in memory: one question and one task are there. */
export function createFakeAgentCalls(runId: string): AgentCalls {
  return {
    self: async () => ({
      runId,
      sessionId: 's1',
      title: null,
      profile: 'default',
      state: 'running',
      depth: 0,
      tasks: [task],
    }),
    ask: async () => asked,
    readQuestion: async (id) => {
      if (id === asked.id) return asked
      throw hostlerError('not_found', { what: 'request', id, cure: 'check the id' })
    },
    createTask: async ({ profile }) => {
      if (profile === undefined) return task
      throw hostlerError('task_refused', { problem: 'no such profile', cure: 'leave it out' })
    },
    tasks: async () => [task],
    reportProgress: async () => undefined,
    setTitle: async () => undefined,
  }
}
