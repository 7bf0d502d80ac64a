import { getRequest } from '../../store/requests.ts'
import type { RequestRow } from '../../store/tables.ts'
import type { AgentWaitOptions, AskedQuestion } from '../contract/agent-calls.ts'
import { notFound } from '../front/not-found.ts'
import { answerText } from './answer-text.ts'
import { readCallingRun, type Calling } from './calling-run.ts'
import { until } from './until.ts'

/** A question as its agent may know it. */
export function toAsked(row: RequestRow): AskedQuestion {
  return { id: row.id, state: row.state, answer: answerText(row) }
}

/**
 * What came of a question, or of waiting for it. Whether the agent has heard it, what it does next shows:
 * it may die before this is passed on.
 * @throws not_found for what this run has not asked by a tool, run_ended
 */
export async function readQuestion(
  calling: Calling,
  id: string,
  { waitMs = 0, signal }: AgentWaitOptions = {},
): Promise<AskedQuestion> {
  const { store } = calling.context
  const { run } = await readCallingRun(store, calling)
  const row = await until(store, () => find(calling, id), {
    isDone: ({ state }) => state !== 'open',
    isAbout: (message) => message.type === 'control' && message.sessionId === run.session_id,
    waitMs,
    signal,
  })
  return toAsked(row)
}

async function find(calling: Calling, id: string): Promise<RequestRow> {
  const row = await getRequest(calling.context.store, id)
  const isOwn = row?.run_id === calling.runId && row.origin === 'tool'
  if (row === null || !isOwn) throw notFound('request', id)
  return row
}
