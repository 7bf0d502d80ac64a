import type { ExpressionBuilder, RawBuilder, SelectQueryBuilder } from 'kysely'
import type { Store } from '../store.ts'
import type { Tables } from '../tables.ts'

/** What others want of a run under way. */
export type Control = {
  /** Its turn is to end: it is cancelled or interrupted, or a later prompt wants its place at once. */
  isEnded: boolean
  /** There are answers that its agent has not got. */
  hasAnswers: boolean
  /** There are prompts that are to become part of its turn. */
  hasSteering: boolean
}

/** Looks in one query, since it is done for each run under way again and again. */
export async function readControl(
  store: Pick<Store, 'db' | 'now'>,
  runId: string,
): Promise<Control> {
  const row = await store.db
    .selectFrom('runs as run')
    .select(['run.cancel_requested_at', 'run.interrupt_requested_at'])
    .select((eb) => queuedNext(eb, { onBusy: 'interrupt', now: store.now() }).as('interrupting'))
    .select((eb) =>
      eb
        .selectFrom('requests')
        .select('requests.id')
        .whereRef('requests.session_id', '=', 'run.session_id')
        .where('requests.state', 'in', ['answered', 'expired'])
        .where('requests.delivered', '=', 0)
        .limit(1)
        .as('answer'),
    )
    .select((eb) => queuedNext(eb, { onBusy: 'steer', now: store.now() }).as('steering'))
    .where('run.id', '=', runId)
    .executeTakeFirst()
  if (row === undefined) return { isEnded: true, hasAnswers: false, hasSteering: false }
  const { cancel_requested_at: cancelled, interrupt_requested_at: interrupted, interrupting } = row
  return {
    isEnded: cancelled !== null || interrupted !== null || interrupting !== null,
    hasAnswers: row.answer !== null,
    hasSteering: row.steering !== null,
  }
}

/** A prompt that waits behind the run `run` and is due, and what it wants of a turn under way. */
function queuedNext(
  eb: ExpressionBuilder<Tables & { run: Tables['runs'] }, 'run'>,
  { onBusy, now }: { onBusy: 'interrupt' | 'steer'; now: RawBuilder<number> },
): SelectQueryBuilder<
  Tables & { run: Tables['runs']; next: Tables['runs'] },
  'run' | 'next',
  { id: string }
> {
  return (
    eb
      .selectFrom('runs as next')
      .select('next.id')
      .whereRef('next.session_id', '=', 'run.session_id')
      // Between its claim and its first attempt a run is queued itself.
      .whereRef('next.id', '!=', 'run.id')
      .where('next.state', '=', 'queued')
      .where('next.on_busy', '=', onBusy)
      .where('next.ready_at', '<=', now)
      .limit(1)
  )
}
