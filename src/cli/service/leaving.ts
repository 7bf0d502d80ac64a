import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'

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

  const terminate = (): void => leave(exitCodes.terminated)
  const hangUp = (): void => leave(exitCodes.hangup)
  const onOutputError = (): void => leave(exitCodes.outputClosed)
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', terminate)
  process.on('SIGHUP', hangUp)
  io.stdout.on('error', onOutputError)
  // Notes are for whoever reads them.
  io.stderr.on('error', ignored)

  return {
    signal: leaving.signal,
    get exitCode() {
      return exitCode
    },
    interrupt,
    onInterrupt(handle) {
      instead = handle
    },
    [Symbol.dispose]() {
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', terminate)
      process.off('SIGHUP', hangUp)
    },
  }
}

function ignored(): void {}
