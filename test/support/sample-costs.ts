import type { BudgetState, CostReport } from '../../src/service/contract/costs.ts'

/** A limit that is nearly used up. */
export function sampleBudget(): BudgetState {
  return { name: 'day', limitUsd: 5, spentUsd: 4.5, reservedUsd: 0.25, resetsAt: 86_400_000 }
}

/** What costs were, as the API gives it out. */
export function sampleCosts(): CostReport {
  const figures = {
    costUsd: 1.5,
    runs: 2,
    attempts: 3,
    inputTokens: 4,
    outputTokens: 5,
    cacheReadTokens: 6,
    cacheCreationTokens: 7,
  }
  return {
    by: ['day', 'label:team'],
    from: 0,
    to: 1,
    timeZone: 'UTC',
    lines: [{ keys: ['1970-01-01', '=inn, "the"'], ...figures }],
    total: figures,
    limits: [sampleBudget()],
  }
}
