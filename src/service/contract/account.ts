/** A login of Claude, as far as hostler knows it. Times are epoch milliseconds. */
export type Account = {
  id: string
  /** How it logs in: `API key …3f9a`, `OAuth token …`, `login of inn@host`, a cloud. */
  label: string
  /**
   * `parked`: its usage limit is reached; `tripped`: the API failed again and again; `refused`: the login
   * does not work. No turn starts with it before `until`, or before somebody resumes it.
   */
  state: 'ok' | 'parked' | 'tripped' | 'refused'
  until: number | null
  reason: string | null
  /** Failures in a row. */
  failures: number
  since: number | null
  /** The profiles of this process's configuration that use it. */
  profiles: string[]
  /** Queued and waiting runs that it holds up. */
  heldRuns: number
}
