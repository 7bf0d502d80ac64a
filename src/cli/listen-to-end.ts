import { exitCodes } from './exit-codes.ts'
import type { Io } from './io.ts'

/**
 * Hears everything by which a command may be ended: Ctrl-C, signals, and an output that nobody reads
 * any more. Disposing of it gives the signals back.
 */
export function listenToEnd(
  io: Io,
  { interrupt, end }: { interrupt: () => void; end: (exitCode: number) => void },
): Disposable {
  const terminate = (): void => end(exitCodes.terminated)
  const hangUp = (): void => end(exitCodes.hangup)
  const onOutputError = (): void => end(exitCodes.outputClosed)
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', terminate)
  process.on('SIGHUP', hangUp)
  io.stdout.on('error', onOutputError)
  // Notes are for whoever reads them.
  io.stderr.on('error', ignored)
  return {
    [Symbol.dispose]() {
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', terminate)
      process.off('SIGHUP', hangUp)
    },
  }
}

function ignored(): void {}
