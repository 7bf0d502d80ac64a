import type { NewDelivery } from '../../store/outbox.ts'
import type { NewRequest } from '../../store/requests.ts'
import type { AttemptRow } from '../../store/tables.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'
import type { ServiceContext } from '../context.ts'
import type { AttemptEnd } from './finish-run.ts'
import { toNewRequest } from './new-request.ts'
import type { LeftQuestion } from './question-file.ts'
import type { Serve } from './worker-parts.ts'

/** What a human is asked of the result of an attempt, and what webhooks are told of it. */
export function toReview(
  context: Pick<ServiceContext, 'configuration' | 'store'>,
  serve: Pick<Serve, 'session' | 'run'>,
  { end, attemptId }: { end: AttemptEnd; attemptId: string | null },
): { requests: NewRequest[]; deliveries: NewDelivery[] } {
  const id = uuidV7()
  const { outcome, text, error } = end
  const openedAt = context.store.clock()
  const request = { id, kind: 'review', openedAt, outcome, text, error } as const
  const asked = { request, id, attemptId, agentId: null, origin: 'review' } as const
  const { opened, deliveries } = toNewRequest(context, serve, asked)
  return { requests: [opened], deliveries }
}

/** What a turn has left in its question file, as a request. */
export function toFileRequest(
  context: Pick<ServiceContext, 'configuration' | 'store'>,
  serve: Pick<Serve, 'session' | 'run'>,
  { question, attempt }: { question: LeftQuestion; attempt: AttemptRow | null },
): { requests: NewRequest[]; deliveries: NewDelivery[] } {
  const { opened, deliveries } = toNewRequest(context, serve, {
    request: { ...question.request, id: question.controlId },
    id: uuidV7(),
    attemptId: attempt?.id ?? null,
    agentId: attempt?.agent_id ?? null,
    origin: 'file',
  })
  return { requests: [opened], deliveries }
}
