import { enqueueDelivery } from '../../store/outbox.ts'
import { setCancel } from '../../store/queue/cancel.ts'
import { getSession } from '../../store/sessions/get-session.ts'
import type { Tx } from '../../store/store.ts'
import type { ServiceContext } from '../context.ts'
import { tellRunEnded } from '../deliver/tell-run-ended.ts'
import { observeRunEnd } from '../observe-run-end.ts'
import { findRun } from './find-run.ts'

/**
 * Cancels a run. One that nobody is at work on ends here, where no worker sees it: so it is here that
 * webhooks are told, and that it is counted. @throws not_found
 */
export async function cancelInTx(
  tx: Tx,
  context: Pick<ServiceContext, 'configuration' | 'observer'>,
  { runId, by }: { runId: string; by: string },
): Promise<Awaited<ReturnType<typeof setCancel>>> {
  const done = await setCancel(tx, runId, by)
  if (done !== 'ended') return done
  const run = await findRun(tx, runId)
  const session = await getSession(tx, run.session_id)
  if (session === null) return done
  const deliveries = tellRunEnded(context.configuration().webhooks, { run, session })
  for (const delivery of deliveries) await enqueueDelivery(tx, delivery)
  tx.afterCommit(() => observeRunEnd(context, { run, session }))
  return done
}
