import { isErrno } from '../../util/is-errno.ts'
import type { TurnResult } from '../../events/turn-result.ts'
import type { Loose } from '../messages/loose.ts'
import type { StopCause } from './stop-outcome.ts'
import { foldMessage } from './fold-message.ts'
import type { TurnRun } from './turn-run.ts'

export type TurnQueue = {
  /** The turn that the CLI has been given. */
  readonly current: TurnRun | null
  /** The newest turn that was given to the CLI, running or over. */
  readonly last: TurnRun | null
  /** Gives the turn to the CLI as soon as no other runs. */
  add(run: TurnRun, signal: AbortSignal | undefined): void
  /** Takes up a turn that a former supervisor has begun. */
  adopt(run: TurnRun): void
  /** One message of the CLI. Returns true when it was the last of the current turn. */
  fold(message: Loose): boolean
  /** Settles the current turn as it stands, and begins the next. */
  finish(): void
  /** Settles every turn: the process has gone, or nobody will follow it. */
  settleAll(): void
  /** Notes why the turns that wait are not begun any more. */
  cancelQueued(cause: StopCause): void
}

/** Notes why all turns are to end. Those that wait for one that is parked are to be sent again. */
export function endTurns(turns: TurnQueue, cause: StopCause): void {
  turns.cancelQueued(cause === 'parked' ? 'not_sent' : cause)
  if (turns.current !== null) turns.current.cause ??= cause
}

/** One turn at a time, the others in the order in which they came. */
export function createTurnQueue(options: {
  /** Writes the prompt to the CLI. */
  send: (run: TurnRun) => Promise<void>
  toResult: (run: TurnRun) => TurnResult
  startTimers: (run: TurnRun) => () => void
  /** Ends the current turn from outside. */
  abort: (run: TurnRun, cause: StopCause) => void
  onSettled: (run: TurnRun) => void
}): TurnQueue {
  const { send, toResult, startTimers, abort, onSettled } = options
  let current: TurnRun | null = null
  let last: TurnRun | null = null
  let queued: TurnRun[] = []
  let stopTimers: (() => void) | null = null
  const releases = new Map<TurnRun, () => void>()

  function settle(run: TurnRun): void {
    if (run.phase === 'over') return
    run.phase = 'over'
    releases.get(run)?.()
    releases.delete(run)
    run.settled.resolve(toResult(run))
    onSettled(run)
  }

  function adopt(run: TurnRun): void {
    current = run
    last = run
    run.phase = 'running'
    stopTimers = startTimers(run)
  }

  function begin(run: TurnRun): void {
    adopt(run)
    send(run).catch((error: unknown) => {
      if (run.phase === 'over') return
      const isFull = isErrno(error, 'ENOSPC') || isErrno(error, 'EDQUOT')
      abort(run, isFull ? 'disk_full' : 'not_writable')
    })
  }

  function beginNext(): void {
    for (;;) {
      const next = queued.shift()
      if (next === undefined) return
      if (next.cause === null) return begin(next)
      settle(next)
    }
  }

  function finish(): void {
    const run = current
    if (run === null) return
    stopTimers?.()
    current = null
    settle(run)
    beginNext()
  }

  function onAborted(run: TurnRun): void {
    if (run.phase === 'running') abort(run, 'cancelled')
    else if (run.phase === 'queued') {
      queued = queued.filter((one) => one !== run)
      run.cause = 'cancelled'
      settle(run)
    }
  }

  return {
    get current() {
      return current
    },
    get last() {
      return last
    },
    add(run, signal) {
      const listener = (): void => onAborted(run)
      signal?.addEventListener('abort', listener, { once: true })
      releases.set(run, () => signal?.removeEventListener('abort', listener))
      if (signal?.aborted === true) onAborted(run)
      else if (current === null) begin(run)
      else queued.push(run)
    },
    adopt,
    fold(message) {
      if (current === null) return false
      foldMessage(current.evidence, message)
      return current.evidence.isOver
    },
    finish,
    settleAll() {
      const rest = queued
      queued = []
      finish()
      for (const run of rest) {
        run.cause ??= 'not_sent'
        settle(run)
      }
    },
    cancelQueued(cause) {
      for (const run of queued) run.cause ??= cause
    },
  }
}
