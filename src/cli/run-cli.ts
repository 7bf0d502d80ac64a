import { CommanderError } from 'commander'
import { explainError } from './explain-error.ts'
import { exitCodes } from './exit-codes.ts'
import type { Io } from './io.ts'
import { createProgram } from './program.ts'

/** Runs one command line; resolves with its exit code. */
export async function runCli(argv: string[], io: Io): Promise<number> {
  let exitCode: number = exitCodes.ok
  const program = createProgram(io, (code) => (exitCode = code))
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has said already what is wrong, and calls everything 1.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage
    const explained = explainError(error)
    io.stderr.write(`hostler: ${explained.line}\n`)
    return explained.exitCode
  }
}
