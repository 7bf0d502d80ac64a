import type { AgentRecord } from '../launch/agent-folder.ts'
import { toUsageSoFar, type ModelFigures } from '../messages/result-figures.ts'
import { noCost, shareOf, type CostBaseline } from '../turn/cost.ts'
import type { TurnRun } from '../turn/turn-run.ts'
import { changeRecord, type AgentCore } from './agent-core.ts'

/** The CLI answers in milliseconds, also while its turn waits. */
const askMs = 1000

/** The figures before the first turn of the process. */
export function launchCost(record: AgentRecord): CostBaseline {
  return { ...noCost, byModel: record.usageAtLaunch ?? {} }
}

/**
 * Newer CLIs go on with the figures of the conversation that they resume. Asked for before the first
 * prompt, so that what a turn without a result has cost can be told from them.
 */
export function noteLaunchUsage(core: AgentCore): void {
  if (!resumes(core) || core.record.usageAtLaunch !== null) return
  // It cannot fail: what is not told is null.
  void noteAnswer(core)
}

async function noteAnswer(core: AgentCore): Promise<void> {
  // It answers when it has started.
  const usageAtLaunch = await readUsage(core, core.parts.limits.startTimeoutMs)
  if (usageAtLaunch === null) return
  changeRecord(core, { usageAtLaunch })
  const { current } = core.turns
  if (isEmpty(core.baseline)) core.baseline = launchCost(core.record)
  if (current !== null && isEmpty(current.baseline)) current.baseline = core.baseline
}

/** Before a turn is ended in a way that gives no result: what it has cost so far. */
export async function noteUsageAtEnd(core: AgentCore): Promise<void> {
  const { current } = core.turns
  const usage = await readUsage(core, askMs)
  if (current?.phase !== 'running') return
  // Without the figures to tell it from, it would be charged for the whole conversation.
  const isKnown = !resumes(core) || core.record.usageAtLaunch !== null || !isEmpty(core.baseline)
  if (isKnown) current.evidence.usageAtEnd = usage
}

function resumes({ record }: AgentCore): boolean {
  return record.argv.some((one) => one.startsWith('--resume='))
}

/** What the turns of this process have cost, with that of `run`. */
export function spentWith(run: TurnRun): number {
  const { evidence, baseline, spentUsd } = run
  return spentUsd + shareOf(evidence.results, baseline, evidence.usageAtEnd).costUsd
}

/** Of `maxBudgetUsd`, which counts for the process and not for the turn; `null`: there is no limit. */
export function budgetLeftUsd(core: AgentCore): number | null {
  const { maxBudgetUsd } = core.record
  if (maxBudgetUsd === null) return null
  const { current } = core.turns
  const spentUsd = current === null ? core.spentUsd : spentWith(current)
  return Math.max(0, Math.round((maxBudgetUsd - spentUsd) * 1e9) / 1e9)
}

function isEmpty({ byModel }: CostBaseline): boolean {
  return Object.keys(byModel).length === 0
}

async function readUsage(
  core: AgentCore,
  timeoutMs: number,
): Promise<Record<string, ModelFigures> | null> {
  try {
    const answer = await core.wire.control.request({ subtype: 'get_usage' }, { timeoutMs })
    return toUsageSoFar(answer)
  } catch {
    // It is ending, or is of a kind that does not tell.
    return null
  }
}
