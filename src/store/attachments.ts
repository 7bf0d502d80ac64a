import type { Insertable } from 'kysely'
import type { Reader } from './reader.ts'
import type { Tx } from './store.ts'
import type { AttachmentRow, AttachmentsTable } from './tables.ts'

/** Adds the row of an attachment; its bytes are in chunks. */
export async function insertAttachment(
  tx: Tx,
  attachment: Insertable<AttachmentsTable>,
): Promise<void> {
  await tx.db.insertInto('attachments').values(attachment).execute()
}

/** The attachments of a run, in the order in which they came. */
export async function attachmentsOf(store: Reader, runId: string): Promise<AttachmentRow[]> {
  return await store.db
    .selectFrom('attachments')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('id')
    .execute()
}
