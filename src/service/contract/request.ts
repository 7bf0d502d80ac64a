import type { ElicitationResult, PermissionResult } from '../../agent/index.ts'
import type { HumanRequest } from '../../events/human-request.ts'

/** Something that a human must answer. `request` is what the agent asks; times are epoch milliseconds. */
export type StoredRequest = {
  id: string
  sessionId: string
  sessionKey: string | null
  runId: string
  kind: HumanRequest['kind']
  request: HumanRequest
  state: 'open' | 'answered' | 'expired' | 'withdrawn'
  openedAt: number
  expiresAt: number | null
  closedAt: number | null
  answeredBy: string | null
  answer: RequestAnswer | null
}

/** For a question: `updatedInput: { ...input, answers }`. */
export type RequestAnswer = PermissionResult | ElicitationResult

export type RequestFilter = {
  sessionId?: string
  runId?: string
  state?: StoredRequest['state']
}
