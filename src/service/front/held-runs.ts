import type { Reader } from '../../store/reader.ts'
import type { RunRow, SessionRow } from '../../store/tables.ts'
import { accountHolds } from '../accounts/account-holds.ts'
import type { ServiceContext } from '../context.ts'
import type { Held } from '../contract/session.ts'
import { heldByQuarantine } from './to-session.ts'

/** What is needed to know what holds runs up. */
export type HoldContext = Pick<ServiceContext, 'store' | 'configuration' | 'env'>

/** What holds up these queued runs, besides those before them, by the run's id. */
export async function heldRuns(
  context: HoldContext,
  queued: readonly RunRow[],
  { reader, sessions }: { reader: Reader; sessions: ReadonlyMap<string, SessionRow> },
): Promise<Map<string, Held>> {
  const holds = new Map<string, Held>()
  if (queued.length === 0) return holds
  const byAccount = await accountHolds(context, { reader })
  for (const { id, session_id: sessionId } of queued) {
    const session = sessions.get(sessionId)
    if (session === undefined) continue
    const held = heldByQuarantine(session) ?? byAccount.get(session.profile)
    if (held !== undefined) holds.set(id, held)
  }
  return holds
}
