import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { listenToEnd } from '../listen-to-end.ts'

/** Ctrl-C, signals and a closed output: they end the command, never what the daemon does. */
export type Leaving = Disposable & {
  /** Aborted when the command is to end. */
  readonly signal: AbortSignal
  /** What hostler exits with, when it was told to end. */
  readonly exitCode: number | null
  /** As Ctrl-C does. */
  interrupt(): void
  /** The next Ctrl-C calls this instead of ending; the one after it ends. */
  onInterrupt(handle: (() => void) | null): void
}

export function listenToLeave(io: Io): Leaving {
  const leaving = new AbortController()
  let exitCode: number | null = null
  let instead: (() => void) | null = null

  function leave(code: number): void {
    exitCode ??= code
    leaving.abort()
  }

  function interrupt(): void {
    if (instead === null) return leave(exitCodes.interrupted)
    const handle = instead
    instead = null
    handle()
  }

  const listening = listenToEnd(io, { interrupt, end: leave })
  return {
    signal: leaving.signal,
    get exitCode() {
      return exitCode
    },
    interrupt,
    onInterrupt(handle) {
      instead = handle
    },
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  }
}
