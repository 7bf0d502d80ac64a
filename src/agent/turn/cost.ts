import type { Usage } from '../../events/turn-result.ts'
import type { ModelFigures, ResultFigures } from '../messages/result-figures.ts'

/** The cumulative figures as they stood before a turn. */
export type CostBaseline = { byModel: Record<string, ModelFigures>; durationApiMs: number }

export const noCost: CostBaseline = { byModel: {}, durationApiMs: 0 }

/** The baseline for the turn after one that ended with `last`. */
export function toBaseline(last: ResultFigures): CostBaseline {
  return { byModel: last.byModel, durationApiMs: last.durationApiMs ?? 0 }
}

/**
 * A turn's own share of the cumulative figures. Newer CLIs state it with each result; with older ones
 * it is the difference to `baseline`. Totals are never added up: each contains the ones before it, and
 * with `--resume` those of earlier processes too. `atEnd` are the figures that the CLI was asked for
 * after the last result.
 */
export function shareOf(
  results: ResultFigures[],
  baseline: CostBaseline,
  atEnd: Record<string, ModelFigures> | null = null,
): Usage & { costUsd: number } {
  const byModel: Record<string, ModelFigures> = {}
  let before = baseline.byModel
  function add(share: Record<string, ModelFigures>): void {
    for (const [model, figures] of Object.entries(share)) {
      const figuresSoFar = Object.hasOwn(byModel, model) ? byModel[model] : undefined
      byModel[model] = figuresSoFar === undefined ? figures : combine(figuresSoFar, figures, 1)
    }
  }
  for (const result of results) {
    add(result.byModelSinceLast ?? differenceOf(result.byModel, before))
    before = result.byModel
  }
  if (atEnd !== null) add(differenceOf(atEnd, before))
  const models = Object.values(byModel)
  const total = models.reduce((sum, one) => combine(sum, one, 1), zero)
  const { costUsd, ...tokens } = total
  return { ...tokens, byModel, costUsd }
}

const zero: ModelFigures = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheCreationTokens: 0,
  costUsd: 0,
}

function differenceOf(
  now: Record<string, ModelFigures>,
  before: Record<string, ModelFigures>,
): Record<string, ModelFigures> {
  const difference: Record<string, ModelFigures> = {}
  for (const [model, figures] of Object.entries(now)) {
    const earlier = Object.hasOwn(before, model) ? before[model] : undefined
    // Less than before: the CLI has started to count anew, as `/clear` makes it.
    const isFresh = earlier === undefined || earlier.outputTokens > figures.outputTokens
    const share = isFresh ? figures : combine(figures, earlier, -1)
    if (share.costUsd !== 0 || share.inputTokens !== 0 || share.outputTokens !== 0) {
      difference[model] = share
    }
  }
  return difference
}

function combine(a: ModelFigures, b: ModelFigures, sign: 1 | -1): ModelFigures {
  return {
    inputTokens: a.inputTokens + sign * b.inputTokens,
    outputTokens: a.outputTokens + sign * b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + sign * b.cacheReadTokens,
    cacheCreationTokens: a.cacheCreationTokens + sign * b.cacheCreationTokens,
    costUsd: toExactUsd(a.costUsd + sign * b.costUsd),
  }
}

/** 0.1 + 0.2 is 0.3 here: prices are multiples of a billionth of a dollar, so that noise is rounded off. */
function toExactUsd(usd: number): number {
  return Math.round(usd * 1e9) / 1e9
}
