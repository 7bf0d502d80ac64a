import { randomUUID } from 'node:crypto'
import { hostlerError } from '../../errors.ts'
import { recordAudit } from '../../store/audit.ts'
import { copyAttachments } from '../../store/copy-attachments.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'
import type { CallOptions } from '../contract/hostler.ts'
import type { Run } from '../contract/run.ts'
import { change } from './change.ts'
import { enqueue } from './enqueue.ts'
import { findRunToChange } from './find-run.ts'
import type { Front } from './front.ts'

/**
 * Submits the prompt of a run that has ended once more, with its files and options, as a run of its own.
 * @throws not_found, run_not_ended, session_archived, not_accepting
 */
export async function retryRun(front: Front, id: string, options: CallOptions = {}): Promise<Run> {
  const { context, actor } = front
  return await change(
    front,
    async (tx) => {
      const { run: old, session } = await findRunToChange(tx, id)
      if (old.ended_at === null) {
        throw hostlerError('run_not_ended', { id: old.id, state: old.state })
      }
      const run = {
        id: uuidV7(),
        prompt: old.prompt,
        prompt_text: old.prompt_text,
        // The CLI ignores one that it has taken already.
        prompt_id: randomUUID(),
        slash_commands: old.slash_commands,
        options: old.options,
        labels: old.labels,
        priority: old.priority,
        delayMs: 0,
        on_busy: 'queue' as const,
        idempotency_key: null,
        idempotency_hash: null,
        parent_run_id: old.parent_run_id,
        retry_of: old.id,
        review: old.review,
        depth: old.depth,
        submitted_by: actor,
      }
      const queued = await enqueue(tx, context, { session, run, by: actor })
      await copyAttachments(tx, { fromRunId: old.id, toRunId: run.id })
      const detail = { retryOf: old.id, sessionId: session.id }
      await recordAudit(tx, { actor, action: 'run.retry', subjectId: run.id, detail })
      return queued
    },
    options,
  )
}
