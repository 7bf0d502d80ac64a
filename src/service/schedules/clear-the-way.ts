import { lockSessions } from '../../store/queue/lock-sessions.ts'
import { openRunsOf } from '../../store/schedules/open-runs-of.ts'
import { getSessionByKey } from '../../store/sessions/get-session.ts'
import type { Tx } from '../../store/store.ts'
import type { Schedule } from '../contract/schedule.ts'
import { cancelInTx } from '../front/cancel-in-tx.ts'
import type { Acting } from '../front/front.ts'
import type { PreparedTarget } from '../front/submission-target.ts'

/**
 * Does to the open runs of a schedule what it says, before there is another one.
 * @returns why there shall be none; null: the way is clear
 */
export async function clearTheWay(
  tx: Tx,
  { context, actor }: Acting,
  given: { scheduleId: string; overlap: Schedule['overlap']; prepared: PreparedTarget },
): Promise<string | null> {
  const { scheduleId, overlap, prepared } = given
  if (overlap === 'queue') return null
  const open = await openRunsOf(tx, scheduleId)
  const [first] = open
  if (first === undefined) return null
  if (overlap === 'skip') return `run ${first.id} of an earlier time was still open`
  // All at once, as everybody locks several: those of the old runs, and the one of the new run.
  const target = await sessionIdOf(tx, prepared)
  await lockSessions(tx, [...open.map((run) => run.session_id), ...target])
  for (const { id: runId } of open) await cancelInTx(tx, context, { runId, by: actor })
  return null
}

async function sessionIdOf(tx: Tx, prepared: PreparedTarget): Promise<string[]> {
  if (prepared.by === 'id') return [prepared.id]
  const session = await getSessionByKey(tx, prepared.key)
  return session === null ? [] : [session.id]
}
