import type { Outcome } from '../events/outcome.ts'

/** Who counts what the service does: the metrics of `hostler serve`. Times in milliseconds. */
export type ServiceObserver = {
  /** A run's first attempt has begun, so long after it could. */
  runStarted(what: { waitedMs: number }): void
  runEnded(what: { outcome: Outcome; profile: string; costUsd: number }): void
  /** From reading an event in the agent's log to its being stored and told. */
  eventStored(what: { lagMs: number }): void
  /** One transaction, from its beginning to its commit. */
  committed(what: { ms: number }): void
}

/** Counts nothing. */
export const noObserver: ServiceObserver = {
  runStarted: () => undefined,
  runEnded: () => undefined,
  eventStored: () => undefined,
  committed: () => undefined,
}
