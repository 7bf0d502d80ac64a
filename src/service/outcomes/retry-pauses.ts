/** How long a run waits before it is tried again. */
export type RetryPauses = {
  /** After the first failure; doubled after each further one. */
  firstBackoffMs: number
  maxBackoffMs: number
  /** Everybody who waits for one usage limit must not come back in the same second. */
  resetJitterMs: number
  /** When the CLI does not say when a usage limit resets. */
  unknownResetMs: number
  /** For how long nothing starts with an account after failures of the API in a row; doubled each time. */
  firstTripMs: number
  maxTripMs: number
}

export const defaultRetryPauses: RetryPauses = {
  firstBackoffMs: 2000,
  maxBackoffMs: 5 * 60_000,
  resetJitterMs: 30_000,
  unknownResetMs: 15 * 60_000,
  firstTripMs: 30_000,
  maxTripMs: 15 * 60_000,
}
