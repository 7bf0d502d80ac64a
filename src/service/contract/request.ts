import type { ElicitationResult, PermissionResult } from '../../agent/index.ts'
import type { HumanRequest } from '../../events/human-request.ts'

/** Something that a human must answer. `request` is what the agent asks; times are epoch milliseconds. */
export type StoredRequest = {
  id: string
  sessionId: string
  sessionKey: string | null
  runId: string
  /** Who takes the answer: the CLI, a tool of hostler's, a question file, or hostler itself. */
  origin: 'agent' | 'tool' | 'file' | 'review'
  kind: HumanRequest['kind']
  request: HumanRequest
  state: 'open' | 'answered' | 'expired' | 'withdrawn'
  openedAt: number
  expiresAt: number | null
  closedAt: number | null
  answeredBy: string | null
  answer: RequestAnswer | null
}

/**
 * For a question: `updatedInput: { ...input, answers }`. `scope: 'session'` allows a permission for the rest
 * of the session: the CLI's suggestion is kept, and holds for later agents of it, too. A review is accepted
 * by `allow` and sent back by `deny` with what is to be done otherwise.
 */
export type RequestAnswer = (PermissionResult & { scope?: 'once' | 'session' }) | ElicitationResult

export type RequestFilter = {
  sessionId?: string
  runId?: string
  state?: StoredRequest['state']
}
