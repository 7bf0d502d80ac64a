import { connectHostler, type Hostler } from '../../client/index.ts'
import type { Io } from '../io.ts'
import { createPaint } from '../terminal/paint.ts'
import { safeLine } from '../terminal/safe-text.ts'
import { listenToLeave, type Leaving } from './leaving.ts'
import { serverOf, type ServerFlags } from './server-flags.ts'

/** What a command of the daemon works with. */
export type Service = {
  hostler: Hostler
  io: Io
  leaving: Leaving
  signal: AbortSignal
  /** Who tells that a stream has lost its connection. Default: a line on stderr. */
  onReconnect: (tell: (problem: string) => void) => void
}

/** Connects for one command, and ends it when the user does; resolves with the exit code. */
export async function withHostler(
  flags: ServerFlags,
  io: Io,
  work: (service: Service) => Promise<number>,
): Promise<number> {
  using leaving = listenToLeave(io)
  const paint = createPaint(io.config.usesColour(io.stderr))
  const { signal } = leaving
  let tell = (problem: string): void => {
    io.stderr.write(`${paint.dim(`· connecting again: ${safeLine(problem)}`)}\n`)
  }
  await using hostler = connectHostler({
    ...serverOf(flags, io),
    onReconnect: (problem) => tell(problem),
  })
  try {
    const code = await work({ hostler, io, leaving, signal, onReconnect: (next) => (tell = next) })
    return leaving.exitCode ?? code
  } catch (error) {
    if (leaving.exitCode !== null) return leaving.exitCode
    throw error
  }
}
