/** By what costs are summed up. `label:<name>`: by the values of that label. */
export type CostGroup = 'day' | 'profile' | 'session' | 'model' | 'account' | `label:${string}`

export type CostQuery = {
  /** Default: `['day']`. */
  by?: CostGroup[]
  /** Attempts that ended then or later; epoch milliseconds. Default: 30 days ago. */
  from?: number
  /** And before then. Default: now. */
  to?: number
  profile?: string
  sessionId?: string
  labels?: Record<string, string>
  /** IANA name: where a day begins. Default: the configuration's. */
  timeZone?: string
}

/** One line of a report; `keys` in the order of `by`, `''` for what has none. */
export type CostLine = {
  keys: string[]
  costUsd: number
  runs: number
  attempts: number
  inputTokens: number
  outputTokens: number
  cacheReadTokens: number
  cacheCreationTokens: number
}

export type CostReport = {
  by: CostGroup[]
  from: number
  to: number
  timeZone: string
  lines: CostLine[]
  total: Omit<CostLine, 'keys'>
  /** All limits that there are, and how far each is used at present. */
  limits: BudgetState[]
}

/** A limit on money and what has been used of it. */
export type BudgetState = {
  /** `day`, `profile review a day`, `label team=inn a day`. */
  name: string
  limitUsd: number
  spentUsd: number
  /** Set aside for attempts under way. */
  reservedUsd: number
  /** When it begins anew; epoch milliseconds; null: never. */
  resetsAt: number | null
}
