import type { Outcome } from '../../events/outcome.ts'
import type { TurnError } from '../../events/turn-result.ts'

/** Why a turn ended, and what would help. */
export type Judgement = {
  outcome: Outcome
  error: TurnError | null
  apiStatus: number | null
  retryAt: number | null
}

/** For credentials that are missing or refused. */
export const loginCure = 'check the API key or log in again: claude auth status'

/** One that no error of the API has caused. */
export function judgement(
  outcome: Outcome,
  code: string,
  message: string,
  cure: string | null,
): Judgement {
  return { outcome, error: { code, message, cure }, apiStatus: null, retryAt: null }
}
