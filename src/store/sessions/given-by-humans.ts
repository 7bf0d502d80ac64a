import { sql } from 'kysely'
import { recordChange } from '../changes.ts'
import { appendInTx } from '../events/append-in-tx.ts'
import type { Tx } from '../store.ts'
import type { SessionRow } from '../tables.ts'

/** Adds rules to those of a session, which must be locked, and says so in its log and the feed. */
export async function grantRules(
  tx: Tx,
  session: Pick<SessionRow, 'id' | 'state' | 'granted_rules'>,
  rules: readonly string[],
): Promise<void> {
  const before: string[] = JSON.parse(session.granted_rules ?? '[]')
  const granted = [...new Set([...before, ...rules])]
  if (granted.length === before.length) return
  await tx.db
    .updateTable('sessions')
    .set({ granted_rules: JSON.stringify(granted), updated_at: Date.now() })
    .where('id', '=', session.id)
    .execute()
  const fields = ['grantedRules']
  await appendInTx(tx, session.id, { runId: null, events: [{ type: 'session_changed', fields }] })
  await recordChange(tx, {
    kind: 'session',
    subjectId: session.id,
    sessionId: session.id,
    data: { state: session.state, fields },
  })
}

/** Takes back all rules. Agents that know them are ended when they are not at work. */
export async function revokeRules(tx: Tx, sessionId: string): Promise<void> {
  await tx.db
    .updateTable('sessions')
    .set({ granted_rules: null })
    .where('id', '=', sessionId)
    .execute()
  await tx.db
    .updateTable('agents')
    .set({ stop_requested_at: tx.now() })
    .where('session_id', '=', sessionId)
    .where('state', '=', 'live')
    .where('stop_requested_at', 'is', null)
    .execute()
}

/** Allows everything that is asked for so long by the database's clock; `null`: no longer. */
export async function setBypass(tx: Tx, sessionId: string, forMs: number | null): Promise<void> {
  const until = forMs === null ? null : sql<number>`${tx.now()} + cast(${forMs} as bigint)`
  await tx.db
    .updateTable('sessions')
    .set({ bypass_until: until })
    .where('id', '=', sessionId)
    .execute()
}
