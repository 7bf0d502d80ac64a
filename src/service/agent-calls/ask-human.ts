import type { QuestionRequest } from '../../events/human-request.ts'
import { recordAudit } from '../../store/audit.ts'
import { appendInTx } from '../../store/events/append-in-tx.ts'
import { enqueueDelivery } from '../../store/outbox.ts'
import { relinkRequest } from '../../store/request-answers.ts'
import { insertRequests } from '../../store/requests.ts'
import { openAttemptOf, toolQuestionsOf } from '../../store/run-questions.ts'
import type { Tx } from '../../store/store.ts'
import type { RequestRow } from '../../store/tables.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'
import { agentQuestionSchema } from '../api-schema/agent-call-schema.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import type { AgentCallOptions, AgentQuestion, AskedQuestion } from '../contract/agent-calls.ts'
import { change } from '../front/change.ts'
import { toNewRequest } from '../worker/new-request.ts'
import { sameQuestion } from '../worker/same-question.ts'
import { actorOf, lockCallingRun, type Calling, type CallingRun } from './calling-run.ts'
import { toAsked } from './read-question.ts'

/**
 * Asks a human. A call that comes again under the same key is the same question; so is one that asks the
 * same while nobody has answered, or while no agent has heard the answer: an agent whose predecessor
 * died over a question asks it anew. @throws invalid_input, run_ended
 */
export async function askHuman(
  calling: Calling,
  input: AgentQuestion,
  { callKey, signal }: Pick<AgentCallOptions, 'callKey' | 'signal'> = {},
): Promise<AskedQuestion> {
  const question = parseInput(agentQuestionSchema, input, { name: 'question' })
  const controlId = `call:${callKey ?? uuidV7()}`
  return await change(
    calling,
    async (tx) => {
      const calls = await lockCallingRun(tx, calling)
      const wanted = toRequest(question, { controlId, openedAt: Date.now() })
      const former = findFormer(await toolQuestionsOf(tx, calls.run.id), wanted)
      if (former === null) return await open(tx, { calling, calls, wanted })
      await relink(tx, { former, wanted })
      return toAsked(former)
    },
    signal === undefined ? {} : { signal },
  )
}

function findFormer(rows: readonly RequestRow[], wanted: QuestionRequest): RequestRow | null {
  const isUnheard = ({ state, delivered }: RequestRow): boolean =>
    state === 'open' || (state === 'answered' && delivered !== 1)
  return (
    rows.find((row) => row.control_id === wanted.id) ??
    rows.find((row) => isUnheard(row) && sameQuestion(row, wanted)) ??
    null
  )
}

/** It is the question of whoever asks it now: the answer counts as heard when that agent goes on. */
async function relink(
  tx: Tx,
  { former, wanted }: { former: RequestRow; wanted: QuestionRequest },
): Promise<void> {
  const attempt = await openAttemptOf(tx, former.run_id)
  if (attempt === null || attempt.agentId === null || attempt.agentId === former.agent_id) return
  const { id: attemptId, agentId } = attempt
  await relinkRequest(tx, former.id, { agentId, attemptId, controlId: wanted.id })
  tx.notify({ type: 'control', sessionId: former.session_id })
}

async function open(
  tx: Tx,
  { calling, calls, wanted }: { calling: Calling; calls: CallingRun; wanted: QuestionRequest },
): Promise<AskedQuestion> {
  const { run, session } = calls
  const id = uuidV7()
  const attempt = await openAttemptOf(tx, run.id)
  const { opened, deliveries } = toNewRequest(calling.context, calls, {
    request: wanted,
    id,
    attemptId: attempt?.id ?? null,
    agentId: attempt?.agentId ?? null,
  })
  await insertRequests(tx, [{ ...opened, origin: 'tool' }])
  for (const delivery of deliveries) await enqueueDelivery(tx, delivery)
  await appendInTx(tx, session.id, {
    runId: run.id,
    // No line of the agent's log tells it: it happens here.
    events: [{ type: 'request_opened', offset: 0, request: { ...wanted, id } }],
  })
  const actor = actorOf(calling)
  await recordAudit(tx, { actor, action: 'agent.ask', subjectId: id, detail: { runId: run.id } })
  // Whoever serves the run sees that it waits for a human.
  tx.notify({ type: 'control', sessionId: session.id })
  return { id, state: 'open', answer: null }
}

function toRequest(
  { text, options = [], multiSelect = false }: AgentQuestion,
  { controlId, openedAt }: { controlId: string; openedAt: number },
): QuestionRequest {
  const questions = [
    {
      question: text,
      header: '',
      options: options.map((label) => ({ label, description: '' })),
      multiSelect,
    },
  ]
  const toolUseId = controlId.slice('call:'.length)
  return { kind: 'question', id: controlId, openedAt, toolUseId, questions, input: { questions } }
}
