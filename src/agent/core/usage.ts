import type { AgentRecord } from '../launch/agent-folder.ts'
import { isObject, objectAt, stringAt, type Loose } from '../messages/loose.ts'
import { toUsageSoFar, type ModelFigures } from '../messages/result-figures.ts'
import { noCost, shareOf, type CostBaseline } from '../turn/cost.ts'
import type { TurnRun } from '../turn/turn-run.ts'
import { changeRecord, type AgentCore } from './agent-core.ts'

/** The CLI answers in milliseconds, also while its turn waits. */
const askMs = 1000
/** With a subscription the CLI looks through its user’s last week to answer. */
const askEveryMs = 5000

/** The figures before the first turn of the process. */
export function launchCost(record: AgentRecord): CostBaseline {
  return { ...noCost, byModel: record.usageAtLaunch ?? {} }
}

/**
 * Newer CLIs go on with the figures of the conversation that they resume. Asked for before the first
 * prompt, so that what a turn without a result has cost can be told from them.
 */
export function noteLaunchUsage(core: AgentCore): void {
  // One that takes up a turn by itself may be at it already: its own cost would be taken off again.
  if (!resumes(core) || core.parts.takesUpTurn || core.record.usageAtLaunch !== null) return
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
  await readUsage(core, askMs)
}

/**
 * A reply is over, and tools are to run: should the process be killed meanwhile, no result tells what the
 * reply has cost. The answer is in the log, so that whoever reads that knows it, too.
 */
export function askUsageBeforeTools(core: AgentCore, message: Loose): void {
  const { event } = message
  if (!isObject(event) || stringAt(event, 'type') !== 'message_delta') return
  if (stringAt(objectAt(event, 'delta'), 'stop_reason') !== 'tool_use') return
  const now = performance.now()
  if (core.parts.isReadOnly || now - core.usageAskedAt < askEveryMs) return
  core.usageAskedAt = now
  // It cannot fail: what is not told is null.
  void readUsage(core, askMs)
}

/** The CLI tells what the conversation has cost so far: the turn under way has its share of it. */
export function noteUsage(core: AgentCore, message: Loose): void {
  const usage = toUsageSoFar(objectAt(objectAt(message, 'response'), 'response'))
  const run = core.turns.current
  if (usage === null || run?.phase !== 'running') return
  // Without the figures to tell it from, it would be charged for the whole conversation.
  const isKnown = !resumes(core) || core.record.usageAtLaunch !== null || !isEmpty(core.baseline)
  const before = run.evidence.results.at(-1)?.byModel ?? run.baseline.byModel
  if (isKnown && includes(usage, before)) run.evidence.usageAtEnd = usage
}

/** An answer to an older question would look as if the CLI had begun to count anew. */
function includes(usage: ByModel, before: ByModel): boolean {
  return Object.entries(before).every(([model, { outputTokens }]) => {
    const now = Object.hasOwn(usage, model) ? usage[model] : undefined
    return now !== undefined && now.outputTokens >= outputTokens
  })
}

type ByModel = Record<string, ModelFigures>

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
