import type { Tx } from '../store.ts'

/**
 * Removes a session with all that is its: runs, attempts, agents' rows, events, requests, logs,
 * transcripts, bundles, attachments. Forks of it stay, without a parent; what it cost stays counted.
 */
export async function deleteSession(tx: Tx, id: string): Promise<void> {
  const { db } = tx
  const agents = db.selectFrom('agents').select('id').where('session_id', '=', id)
  const runs = db.selectFrom('runs').select('id').where('session_id', '=', id)
  const attachments = db.selectFrom('attachments').select('id').where('run_id', 'in', runs)
  await db.deleteFrom('chunks').where('kind', '=', 'log').where('owner_id', 'in', agents).execute()
  await db
    .deleteFrom('chunks')
    .where('kind', '=', 'attachment')
    .where('owner_id', 'in', attachments)
    .execute()
  await db
    .deleteFrom('chunks')
    .where('kind', 'in', ['transcript', 'bundle'])
    .where('owner_id', '=', id)
    .execute()
  await db.deleteFrom('attachments').where('run_id', 'in', runs).execute()
  await db.deleteFrom('requests').where('session_id', '=', id).execute()
  await db.deleteFrom('budgets').where('subject', '=', `session:${id}`).execute()
  await db.deleteFrom('events').where('session_id', '=', id).execute()
  // What depends on its runs has their ends already, and keeps their ids.
  await db.deleteFrom('run_dependencies').where('run_id', 'in', runs).execute()
  await db.deleteFrom('attempts').where('session_id', '=', id).execute()
  await db.deleteFrom('agents').where('session_id', '=', id).execute()
  await db.deleteFrom('runs').where('session_id', '=', id).execute()
  await db
    .updateTable('chat_bindings')
    .set({ session_id: null })
    .where('session_id', '=', id)
    .execute()
  await db.updateTable('sessions').set({ parent_id: null }).where('parent_id', '=', id).execute()
  await db.deleteFrom('sessions').where('id', '=', id).execute()
}
