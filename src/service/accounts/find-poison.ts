import type { Store } from '../../store/store.ts'
import { lastAttemptsOf } from '../../store/runs/attempts-of.ts'
import type { AttemptRow } from '../../store/tables.ts'
import type { TurnError } from '../../events/turn-result.ts'
import type { Outcome } from '../../events/outcome.ts'
import { parseOutcome } from '../front/parse-outcome.ts'
import { toRefusal } from './api-end.ts'

/** So often in a row the API has to refuse a conversation with the same words. */
const refusalsInARow = 3

type End = { outcome: Outcome; error: TurnError | null; apiStatus?: number | null }

/**
 * Why the API refuses the conversation of an attempt every time it is sent; null when this one is not
 * such an end, or those before it in its session have ended otherwise.
 */
export async function findPoison(
  store: Pick<Store, 'db' | 'dialect'>,
  { attempt, end }: { attempt: AttemptRow; end: End },
): Promise<string | null> {
  const refusal = toRefusal(end)
  if (refusal === null) return null
  const { id, session_id: sessionId } = attempt
  const last = await lastAttemptsOf(store, sessionId, { limit: refusalsInARow * 2 })
  // Those that came to nothing for other reasons say nothing of the conversation.
  const former = last.filter((one) => one.id !== id && !isSilent(one))
  const same = former.slice(0, refusalsInARow - 1)
  if (same.length < refusalsInARow - 1) return null
  if (!same.every((one) => toRefusal(toEnd(one)) === refusal)) return null
  const said = end.error?.message ?? end.outcome
  return `the API has refused its conversation ${refusalsInARow} times in a row: ${said}`
}

/** An attempt without a turn of its own. */
function isSilent({ outcome, error }: AttemptRow): boolean {
  return outcome === null || outcome === 'lost' || error?.includes('prompt_already_taken') === true
}

function toEnd(attempt: AttemptRow): End {
  const { error, api_status: apiStatus } = attempt
  return {
    outcome: parseOutcome(attempt.outcome) ?? 'lost',
    error: error === null ? null : JSON.parse(error),
    apiStatus,
  }
}
