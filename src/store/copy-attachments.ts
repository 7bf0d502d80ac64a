import { uuidV7 } from '../util/uuid-v7.ts'
import { attachmentsOf, insertAttachment } from './attachments.ts'
import type { Tx } from './store.ts'

/** Gives a run the attachments of another one. Each has its own, so that either can be deleted alone. */
export async function copyAttachments(
  tx: Tx,
  { fromRunId, toRunId }: { fromRunId: string; toRunId: string },
): Promise<void> {
  for (const attachment of await attachmentsOf(tx, fromRunId)) {
    const id = uuidV7()
    const createdAt = Date.now()
    await insertAttachment(tx, { ...attachment, id, run_id: toRunId, created_at: createdAt })
    await tx.db
      .insertInto('chunks')
      .columns(['kind', 'owner_id', 'name', 'offset', 'bytes', 'created_at', 'data'])
      .expression((eb) =>
        eb
          .selectFrom('chunks')
          .select((from) => [
            'kind',
            from.val(id).as('owner_id'),
            'name',
            'offset',
            'bytes',
            from.val(createdAt).as('created_at'),
            'data',
          ])
          .where('kind', '=', 'attachment')
          .where('owner_id', '=', attachment.id),
      )
      .execute()
  }
}
