import type { Reader } from '../../store/reader.ts'
import { sessionLoads } from '../../store/sessions/session-load.ts'
import type { SessionRow } from '../../store/tables.ts'
import { accountHolds } from '../accounts/account-holds.ts'
import type { ServiceContext } from '../context.ts'
import type { Session } from '../contract/session.ts'
import { profileIfKnown } from '../configuration/find-profile.ts'
import { notFound } from './not-found.ts'
import { toSession } from './to-session.ts'

/** Sessions as they are given out, in the order of their rows. */
export async function readSessions(
  context: ServiceContext,
  rows: readonly SessionRow[],
  { reader }: { reader: Reader },
): Promise<Session[]> {
  const ids = rows.map(({ id }) => id)
  const loads = await sessionLoads(reader, ids)
  const holds = await accountHolds(context, { reader })
  return rows.map((row) =>
    toSession(row, {
      runs: loads.get(row.id) ?? { current: null, queued: 0 },
      profile: profileIfKnown(context, row.profile),
      held: holds.get(row.profile) ?? null,
      now: context.store.clock(),
    }),
  )
}

/** One of them. */
export async function readSession(
  context: ServiceContext,
  row: SessionRow,
  { reader }: { reader: Reader },
): Promise<Session> {
  const [session] = await readSessions(context, [row], { reader })
  if (session === undefined) throw notFound('session', row.id)
  return session
}
