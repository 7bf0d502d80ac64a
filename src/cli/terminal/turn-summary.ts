import type { TurnResult } from '../../events/turn-result.ts'
import { formatDuration } from '../duration.ts'
import { formatCost, formatTokens } from '../figures.ts'
import { toolTarget } from '../../events/tool-target.ts'
import type { Paint } from './paint.ts'
import { safeLine } from './safe-text.ts'
import { fitText } from './text-width.ts'

const shownDenials = 5

/** What is told at the end of a turn, beside the answer: lines for stderr. */
export function turnSummary(
  result: TurnResult,
  options: { paint: Paint; columns: number; howToGoOn: string | null; canAsk: boolean },
): string[] {
  const { paint, columns, howToGoOn } = options
  const { outcome, error } = result
  const facts = [
    outcome,
    ...(result.costUsd === null ? [] : [formatCost(result.costUsd)]),
    formatDuration(result.durationMs),
    formatTokens(result.usage),
    ...(result.sessionId === null ? [] : [`session ${result.sessionId}`]),
  ].join(' · ')
  const mark = outcome === 'ok' ? paint.green('✓') : paint.red('✗')
  return [
    ...denialLines(result, options).map((one) => paint.dim(fitText(one, columns - 1))),
    ...(error === null || outcome === 'cancelled'
      ? []
      : [paint.red(`✗ ${oneLine(error.message, error.cure)}`)]),
    `${mark} ${paint.dim(facts)}`,
    ...(howToGoOn === null ? [] : [paint.dim(`  go on: ${howToGoOn}`)]),
  ]
}

/** What is wrong and what would help, in one line. */
export function oneLine(message: string, cure: string | null): string {
  const problem = safeLine(message)
  return cure === null || cure === '' ? problem : `${problem}; ${safeLine(cure)}`
}

function denialLines(
  { outcome, permissionDenials }: TurnResult,
  options: { canAsk: boolean },
): string[] {
  if (permissionDenials.length === 0 || outcome === 'cancelled') return []
  const calls = permissionDenials
    .slice(0, shownDenials)
    .map(({ toolName, toolInput }) => `${toolName} ${safeLine(toolTarget(toolInput))}`.trim())
  const more = permissionDenials.length - calls.length
  const what = `${calls.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
  const rule = permissionDenials[0]?.toolName ?? 'Bash'
  return [
    `· not allowed: ${what}`,
    ...(options.canAsk
      ? []
      : [`· to allow it: --allowed-tools '${rule}' or a narrower rule, or --permission-mode`]),
  ]
}
