import { connectHostler, type Hostler } from '../../client/index.ts'
import type { Io } from '../io.ts'
import { createPaint } from '../terminal/paint.ts'
import { listenToLeave, type Leaving } from './leaving.ts'
import { serverOf, type ServerFlags } from './server-flags.ts'

/** What a command of the daemon works with. */
export type Service = {
  hostler: Hostler
  io: Io
  leaving: Leaving
  signal: AbortSignal
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
  await using hostler = connectHostler({
    ...serverOf(flags, io),
    onReconnect: (problem) => io.stderr.write(paint.dim(`· connecting again: ${problem}\n`)),
  })
  try {
    const code = await work({ hostler, io, leaving, signal })
    return leaving.exitCode ?? code
  } catch (error) {
    if (leaving.exitCode !== null) return leaving.exitCode
    throw error
  }
}
