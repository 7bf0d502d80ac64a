import type { StopCause } from './stop-outcome.ts'
import type { TurnEvidence } from './turn-evidence.ts'

/** How often the limits are looked at; they are minutes. */
const tickMs = 250

/** After a result the CLI says `idle` within milliseconds. Should it not, the result stands by itself. */
const limboMs = 10_000

/** The CLI does not tell of a full disk, it falls silent. */
const diskCheckMs = 2000

export type TurnLimits = {
  timeoutMs?: number | undefined
  stallTimeoutMs: number
  startTimeoutMs: number
}

/**
 * Watches the time limits of a turn. Time that a human is awaited counts against none of them, and
 * silence counts for nothing while a tool runs or background work goes on.
 */
export function startTurnTimers(options: {
  limits: TurnLimits
  evidence: TurnEvidence
  isStarting: () => boolean
  isAwaitingHuman: () => boolean
  isDiskFull: () => boolean
  lastActivityAt: () => number
  now: () => number
  onExpired: (cause: StopCause) => void
  onLimbo: () => void
}): () => void {
  const { limits, evidence, now, onExpired, onLimbo } = options
  let spentMs = 0
  let lastAt = now()
  let quietSince = lastAt
  let diskCheckedAt = lastAt

  const timer = setInterval(() => {
    const at = now()
    const isAwaitingHuman = options.isAwaitingHuman()
    if (!isAwaitingHuman) spentMs += at - lastAt
    lastAt = at
    const isAtWork = evidence.runningTools.size > 0 || evidence.openTasks.size > 0
    if (isAwaitingHuman || isAtWork) quietSince = at
    const quietMs = at - Math.max(quietSince, options.lastActivityAt())
    if (quietMs > diskCheckMs && at - diskCheckedAt > diskCheckMs) {
      diskCheckedAt = at
      if (options.isDiskFull()) onExpired('disk_full')
    }
    if (options.isStarting()) {
      if (spentMs > limits.startTimeoutMs) onExpired('start_timeout')
    } else if (limits.timeoutMs !== undefined && spentMs > limits.timeoutMs) onExpired('timeout')
    else if ((evidence.results.length > 0 || evidence.isIdle) && quietMs > limboMs && !isAtWork)
      onLimbo()
    else if (quietMs > limits.stallTimeoutMs) onExpired('stalled')
  }, tickMs)
  return () => clearInterval(timer)
}
