import type { Store } from '../../src/store/store.ts'
import type { RunRow, SessionRow } from '../../src/store/tables.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'

/** A run's row as a test needs it, put there without the queue. */
export async function addRun(
  store: Store,
  session: SessionRow,
  given: Partial<RunRow> = {},
): Promise<RunRow> {
  const now = Date.now()
  return await store.transact(async (tx) => {
    const { next_ordinal: next } = await tx.db
      .updateTable('sessions')
      .set((eb) => ({ next_ordinal: eb('next_ordinal', '+', 1) }))
      .where('id', '=', session.id)
      .returning('next_ordinal')
      .executeTakeFirstOrThrow()
    return await tx.db
      .insertInto('runs')
      .values({
        id: uuidV7(),
        session_id: session.id,
        ordinal: next - 1,
        state: 'queued',
        prompt: '"hello"',
        prompt_text: 'hello',
        prompt_id: uuidV7(),
        slash_commands: 'literal',
        options: '{}',
        labels: '{}',
        priority: 0,
        ready_at: now,
        on_busy: 'queue',
        idempotency_key: null,
        idempotency_hash: null,
        parent_run_id: null,
        depth: 0,
        retry_of: null,
        review: 0,
        on_dependency_failure: 'fail',
        open_dependencies: 0,
        children_cost_micros: 0,
        waiting_on: null,
        waiting_until: null,
        waiting_reason: null,
        cancel_requested_at: null,
        cancel_requested_by: null,
        interrupt_requested_at: null,
        submitted_by: null,
        attempt_count: 0,
        outcome: null,
        text: null,
        error: null,
        structured_output: null,
        transcript_bytes: null,
        cost_micros: 0,
        input_tokens: 0,
        output_tokens: 0,
        created_at: now,
        started_at: null,
        ended_at: null,
        ...given,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
  })
}
