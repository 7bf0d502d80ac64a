import { watchSilence } from './silence.ts'
import type { StopCause } from './stop-outcome.ts'
import type { TurnEvidence } from './turn-evidence.ts'
import type { TurnRun } from './turn-run.ts'

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
  firstEventTimeoutMs: number
}

/** What the timers look at. */
export type TurnWatch = {
  limits: TurnLimits
  run: TurnRun
  /** The log has been read to where it ended when this supervisor came. */
  isCaughtUp: () => boolean
  isStarting: () => boolean
  /** A request to a human is open, or a call that waits for one. */
  isAwaiting: () => boolean
  /** The CLI has called something of this process, and waits for what it says. */
  isCalling: () => boolean
  isDiskFull: () => boolean
  lastActivityAt: () => number
  /** When the log last grew, whoever was there to see it. */
  writtenAt: () => number
  readCpuMs: () => Promise<number | null>
  now: () => number
  onExpired: (cause: StopCause) => void
  /** It is silent for longer than it may be, but not idle. */
  onBusy: () => void
  /** It said neither whether it is done nor anything else: since its result, or with `idle` alone. */
  onLimbo: () => void
}

/**
 * Watches the time limits of a turn. Time that a human is awaited counts against none of them, and
 * silence counts for nothing while a tool runs within its own limit or background work goes on. The wall
 * clock is told from when the prompt was written, so that it goes on whoever follows the turn.
 */
export function startTurnTimers(watch: TurnWatch): () => void {
  const { limits, run, now, onExpired } = watch
  const { evidence } = run
  const tools = new Map<string, number>()
  let lastAt = now()
  let quietSince = lastAt
  let lastHeardAt = lastAt
  let diskCheckedAt = lastAt
  let isFirst = true
  let isOver = false
  const silence = watchSilence({
    readCpuMs: watch.readCpuMs,
    onStalled: () => {
      if (!isOver) onExpired(evidence.isHeard ? 'stalled' : 'no_first_event')
    },
    onBusy: () => {
      if (!isOver) watch.onBusy()
    },
  })

  /** A tool that states its limit is past it when it has run for longer, questions apart. */
  function isToolAtWork(at: number, isAwaiting: boolean): boolean {
    for (const id of tools.keys()) if (!evidence.runningTools.has(id)) tools.delete(id)
    let isAny = false
    for (const [id, limitMs] of evidence.runningTools) {
      const since = isAwaiting ? at : (tools.get(id) ?? at)
      tools.set(id, since)
      if (limitMs === null || at - since <= limitMs) isAny = true
    }
    return isAny
  }

  const timer = setInterval(() => {
    if (!watch.isCaughtUp()) return
    const at = now()
    const isAwaiting = watch.isAwaiting()
    // Nothing was written since the request: what came before this supervisor counts for it as well.
    const since = isFirst ? Math.max(run.sentAt, Math.min(lastAt, watch.writtenAt())) : lastAt
    if (isAwaiting) run.awaitedMs += at - since
    isFirst = false
    lastAt = at
    const spentMs = run.sentAt === 0 ? 0 : at - run.sentAt - run.awaitedMs
    const isAtWork =
      isToolAtWork(at, isAwaiting) || evidence.openTasks.size > 0 || watch.isCalling()
    if (isAwaiting || isAtWork || watch.isStarting()) quietSince = at
    const heardAt = Math.max(quietSince, watch.lastActivityAt())
    const quietMs = at - heardAt
    if (quietMs > diskCheckMs && at - diskCheckedAt > diskCheckMs) {
      diskCheckedAt = at
      if (watch.isDiskFull()) onExpired('disk_full')
    }
    if (heardAt !== lastHeardAt) silence.reset()
    lastHeardAt = heardAt
    if (watch.isStarting()) {
      if (spentMs > limits.startTimeoutMs) onExpired('start_timeout')
    } else if (limits.timeoutMs !== undefined && spentMs > limits.timeoutMs) onExpired('timeout')
    else if (isDone(evidence)) {
      if (quietMs > limboMs && !isAtWork) watch.onLimbo()
    } else {
      const { stallTimeoutMs, firstEventTimeoutMs } = limits
      silence.look(at, heardAt, evidence.isHeard ? stallTimeoutMs : firstEventTimeoutMs)
    }
  }, tickMs)
  return () => {
    isOver = true
    clearInterval(timer)
  }
}

/** Nothing but `idle` is to come, or not even that. */
function isDone({ isIdle, isAnswered, steered }: TurnEvidence): boolean {
  return isIdle || (isAnswered && [...steered.values()].every((state) => state === 'answered'))
}
