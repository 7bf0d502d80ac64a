import { hostlerError } from '../../errors.ts'
import { recordAudit } from '../../store/audit.ts'
import { wakeSession } from '../../store/queue/wake.ts'
import { closeRequest, listOpenPermissions, openRequestsOf } from '../../store/requests.ts'
import { setBypass } from '../../store/sessions/given-by-humans.ts'
import type { Tx } from '../../store/store.ts'
import type { SessionRow } from '../../store/tables.ts'
import { findProfile } from '../configuration/find-profile.ts'
import type { ServiceContext } from '../context.ts'
import type { SessionChange } from '../contract/session.ts'

/** @throws invalid_input where the profile does not let a session have it */
export function assertBypassAllowed(
  context: ServiceContext,
  profile: string,
  { bypassForMs = null }: SessionChange,
): void {
  if (bypassForMs === null || findProfile(context, profile).allowBypass === true) return
  throw hostlerError('invalid_input', {
    field: 'bypassForMs',
    problem: `profile "${profile}" does not let its sessions have permission for everything`,
    cure: 'set allowBypass: true in the profile, or grant single rules with an answer',
  })
}

/** Switches it on or off. What the session asks already is allowed by it, too. */
export async function giveBypass(
  tx: Tx,
  session: Pick<SessionRow, 'id'>,
  { forMs, actor }: { forMs: number | null; actor: string },
): Promise<void> {
  await setBypass(tx, session.id, forMs)
  if (forMs === null) return
  for (const { id, run_id: runId, kind } of await listOpenPermissions(tx, session.id)) {
    const answer = { behavior: 'allow' }
    await closeRequest(tx, id, { state: 'answered', answer, by: actor })
    const detail = { kind, runId, answer: 'allow', by: 'bypass' }
    await recordAudit(tx, { actor, action: 'request.answer', subjectId: id, detail })
    if ((await openRequestsOf(tx, runId)).length === 0) await wakeSession(tx, session.id)
  }
  tx.notify({ type: 'control', sessionId: session.id })
}
