import type { Agent } from '../../agent/index.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { listenToEnd } from '../listen-to-end.ts'

/**
 * Ctrl-C, signals and a closed output, and what they mean for the agent: the first Ctrl-C ends the
 * turn, the next one the agent; everything else ends the agent.
 */
export type Controls = {
  /** Aborted when the agent is to be stopped. */
  readonly signal: AbortSignal
  /** What hostler exits with, when it was told to end. */
  readonly exitCode: number | null
  /** The user has interrupted the turn that runs, or the newest one. */
  readonly isInterrupted: boolean
  /** From now on this agent is meant. */
  control(agent: Agent): void
  /** A turn begins: the next Ctrl-C is the first again. */
  beginTurn(): void
  /** As Ctrl-C does. */
  interrupt(): void
  stop(exitCode: number): void
  /** Resolves when what was begun has ended. */
  close(): Promise<void>
}

export function listenToControls(
  io: Io,
  options: {
    onInterrupt: () => void
    /** Where there is no turn to interrupt, Ctrl-C leaves the agent running. */
    canLeave?: boolean
  },
): Controls {
  const stopping = new AbortController()
  let agent: Agent | null = null
  let exitCode: number | null = null
  let isInterrupted = false
  const begun: Promise<unknown>[] = []

  function stop(code: number): void {
    exitCode ??= code
    if (stopping.signal.aborted) return
    stopping.abort()
    if (agent !== null) begun.push(agent.stop().catch(() => undefined))
  }

  function leave(): void {
    exitCode ??= exitCodes.interrupted
    stopping.abort()
  }

  function interrupt(): void {
    if (agent?.currentTurn == null || isInterrupted) {
      if (options.canLeave === true) leave()
      else stop(exitCodes.interrupted)
      return
    }
    isInterrupted = true
    begun.push(agent.interrupt().catch(() => undefined))
    options.onInterrupt()
  }

  const listening = listenToEnd(io, { interrupt, end: stop })
  return {
    signal: stopping.signal,
    get exitCode() {
      return exitCode
    },
    get isInterrupted() {
      return isInterrupted
    },
    control(next) {
      agent = next
      if (stopping.signal.aborted) begun.push(next.stop().catch(() => undefined))
    },
    beginTurn() {
      isInterrupted = false
    },
    interrupt,
    stop,
    async close() {
      await Promise.all(begun)
      listening[Symbol.dispose]()
    },
  }
}
