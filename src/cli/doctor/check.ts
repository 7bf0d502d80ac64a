/** What one look at the surroundings has found. `fail` would stop a run. */
export type Check = {
  name: string
  state: 'ok' | 'warn' | 'fail'
  /** What is. */
  message: string
  /** How to mend it; `null` where there is nothing to mend. */
  cure: string | null
}

export function ok(name: string, message: string): Check {
  return { name, state: 'ok', message, cure: null }
}

export function warn(name: string, message: string, cure: string): Check {
  return { name, state: 'warn', message, cure }
}

export function fail(name: string, message: string, cure: string): Check {
  return { name, state: 'fail', message, cure }
}
