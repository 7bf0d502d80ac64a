import type { BudgetState } from '../../client/index.ts'
import { clock } from '../clock.ts'
import { formatCost } from '../figures.ts'
import { drawBar } from './draw-bar.ts'

const barWidth = 24

/** How far limits on money are used, a row each; the last cell is a bar. */
export function describeLimits(limits: readonly BudgetState[]): string[][] {
  return limits.map(({ name, limitUsd, spentUsd, reservedUsd, resetsAt }) => {
    const part = limitUsd === 0 ? 1 : (spentUsd + reservedUsd) / limitUsd
    return [
      name,
      formatCost(spentUsd),
      formatCost(limitUsd),
      formatCost(reservedUsd),
      resetsAt === null ? 'never' : clock(resetsAt),
      `${Math.round(part * 100)}%`,
      drawBar(part, barWidth),
    ]
  })
}
