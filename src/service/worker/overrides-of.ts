import type { ProfileOptions } from '../contract/profile.ts'
import type { RunRow, SessionRow } from '../../store/tables.ts'

/** What a session, and a run in it, have other than their profile. */
export function overridesOf(
  session: Pick<SessionRow, 'options'>,
  run?: Pick<RunRow, 'options'>,
): ProfileOptions {
  return { ...parseOptions(session.options), ...parseOptions(run?.options ?? '{}') }
}

function parseOptions(text: string): Record<string, unknown> {
  const parsed: unknown = JSON.parse(text)
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
}
