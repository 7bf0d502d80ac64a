import type { TurnResult } from '../../events/turn-result.ts'
import type { RunFlags } from './run-flags.ts'

/** The command that goes on with the session; `null` where it cannot be gone on with. */
export function howToGoOn(
  { sessionId, outcome }: TurnResult,
  flags: Pick<RunFlags, 'cwd' | 'sessionPersistence' | 'interactive'>,
): string | null {
  if (sessionId === null || !flags.sessionPersistence || flags.interactive === true) return null
  if (outcome === 'session_not_found' || outcome === 'spawn_failed') return null
  // Older CLIs find a session only from the folder that it began in.
  const cwd = flags.cwd === undefined ? '' : ` --cwd ${shellQuote(flags.cwd)}`
  return `hostler run --resume ${sessionId}${cwd} "…"`
}

function shellQuote(text: string): string {
  return /^[\w./~-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
