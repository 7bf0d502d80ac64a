import type { Log } from '../log.ts'
import type { AgentCalls } from '../service/contract/agent-calls.ts'
import type { Configuration } from '../service/contract/configuration.ts'
import type { Scope } from '../service/contract/operations.ts'
import type { StreamFormats } from './stream/formats.ts'
import type { Metrics } from './metrics/metrics.ts'

export type ServerSettings = Configuration['server']

/** Who a token belongs to. */
export type VerifiedToken = {
  id: string
  label: string
  scopes: readonly Scope[]
  /** The run whose agent has it: it opens what is for agents only. */
  runId?: string
}

/** The tokens there are, as the service keeps them: hashed. */
export type TokenSource = {
  /** `null` for one that is unknown, expired or revoked. */
  verify(token: string): Promise<VerifiedToken | null>
  /** Whether any token is valid at present. */
  anyValid(): Promise<boolean>
}

/** What `/readyz` says: ready when every check is `ok`. */
export type ReadinessCheck = { name: string; ok: boolean; problem: string | null }

export type AppOptions = {
  log: Log
  version: string
  /** The address it listens on: without tokens only loopback's own requests are let in. */
  host: string
  /** Read anew for every request, so that a reload takes effect. */
  settings: () => ServerSettings
  tokens: TokenSource
  /** Whether the database is reachable and of the right version, and a worker claims. */
  checkReadiness(): Promise<readonly ReadinessCheck[]>
  metrics: Metrics
  /** What the agent of a run may do. */
  agentCalls(runId: string): AgentCalls
  /** Between two signs of life on a quiet stream. Default 15,000. */
  heartbeatMs?: number
  /** Default: `performance.now()`. */
  monotonicMs?: () => number
}

/** What endpoints have beside the service itself. */
export type Services = {
  log: Log
  settings: () => ServerSettings
  metrics: Metrics
  heartbeatMs: number
  formats: StreamFormats
  /** Aborts when the server stops: streams end, and what is waited for is answered as it is. */
  closing: AbortSignal
  checkReadiness(): Promise<readonly ReadinessCheck[]>
  agentCalls(runId: string): AgentCalls
  /** After a token was made or revoked: what is remembered of them no longer holds. */
  forgetTokens(): void
}
