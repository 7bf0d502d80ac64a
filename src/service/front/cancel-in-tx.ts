import { enqueueDelivery } from '../../store/outbox.ts'
import { setCancel } from '../../store/queue/cancel.ts'
import { lockOpenChildren } from '../../store/runs/open-children.ts'
import { getSession } from '../../store/sessions/get-session.ts'
import type { Tx } from '../../store/store.ts'
import type { ServiceContext } from '../context.ts'
import { tellRunEnded } from '../deliver/tell-run-ended.ts'
import { observeRunEnd } from '../observe-run-end.ts'
import { findRun } from './find-run.ts'

type Cancelled = Awaited<ReturnType<typeof setCancel>>
type Parts = Pick<ServiceContext, 'configuration' | 'observer'>

/**
 * Cancels a run, and with it the open runs that its agent has made, and theirs: nobody is left to take
 * their results. @throws not_found
 */
export async function cancelInTx(
  tx: Tx,
  context: Parts,
  { runId, by }: { runId: string; by: string },
): Promise<Cancelled> {
  const done = await cancelOne(tx, context, { runId, by })
  let parents = done === 'already' ? [] : [runId]
  while (parents.length > 0) {
    const children = await lockOpenChildren(tx, parents)
    for (const child of children) await cancelOne(tx, context, { runId: child, by })
    parents = children
  }
  return done
}

/**
 * One that nobody is at work on ends here, where no worker sees it: so it is here that webhooks are told,
 * and that it is counted.
 */
async function cancelOne(
  tx: Tx,
  context: Parts,
  { runId, by }: { runId: string; by: string },
): Promise<Cancelled> {
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
