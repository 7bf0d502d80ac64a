import { toCsv } from '../../util/csv.ts'
import type { CostReport } from '../contract/costs.ts'

/** A report's lines, without the total: whoever adds them up shall not count it twice. */
export function costsToCsv({ by, lines }: Pick<CostReport, 'by' | 'lines'>): string {
  const heading = [
    ...by,
    'costUsd',
    'runs',
    'attempts',
    'inputTokens',
    'outputTokens',
    'cacheReadTokens',
    'cacheCreationTokens',
  ]
  const rows = lines.map((line) => [
    ...line.keys,
    // As many digits as there are: a small one would be written as 1e-6.
    line.costUsd.toFixed(6),
    line.runs,
    line.attempts,
    line.inputTokens,
    line.outputTokens,
    line.cacheReadTokens,
    line.cacheCreationTokens,
  ])
  return toCsv([heading, ...rows])
}
