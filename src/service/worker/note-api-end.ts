import { quarantineSession } from '../../store/sessions/quarantine-session.ts'
import { accountOf } from '../accounts/account-of.ts'
import { toApiEnd } from '../accounts/api-end.ts'
import { findPoison } from '../accounts/find-poison.ts'
import type { AccountFact } from '../accounts/next-account.ts'
import { noteAccount } from '../accounts/note-account.ts'
import { profileIfKnown } from '../configuration/find-profile.ts'
import type { Decision } from './decide.ts'
import type { AttemptEnd, AttemptNotes } from './finish-run.ts'
import { retryWhileHeld } from './retry-while-held.ts'
import type { Serve, Worker } from './worker-parts.ts'

/**
 * Keeps what an attempt has told of its account and of its conversation. Before the session is given
 * back: in between, another run would start with an account that has nothing left. A run whose
 * conversation the API refuses every time is not tried again.
 */
export async function noteApiEnd(
  worker: Worker,
  serve: Serve,
  { end, notes, decision }: { end: AttemptEnd; notes: AttemptNotes; decision: Decision },
): Promise<Decision> {
  const { attempt } = notes
  const { context } = worker
  if (attempt === null) return decision
  const fact = toFact(end, {
    beganAt: attempt.started_at,
    until: context.store.clock() + (decision.kind === 'retry' ? decision.delayMs : 0),
  })
  const { account_id: id } = attempt
  return await retryWhileHeld(serve, context.log, async () => {
    if (fact !== null && id !== null) {
      await noteAccount(context, { id, label: labelOf(worker, serve, id) }, fact)
    }
    const reason = await findPoison(context.store, { attempt, end })
    if (reason === null) return decision
    const isNew = await quarantineSession(context.store, serve.lease, reason)
    const about = { sessionId: serve.session.id, runId: serve.run.id, reason }
    if (isNew) context.log.warn(about, 'a session is in quarantine')
    return decision.kind === 'retry' ? { kind: 'end', state: 'failed' } : decision
  })
}

function toFact(
  end: AttemptEnd,
  { beganAt, until }: { beganAt: number; until: number },
): AccountFact | null {
  const kind = toApiEnd(end)
  const problem = end.error?.message ?? end.outcome
  switch (kind) {
    case 'answered':
      return { kind, beganAt }
    case 'limited':
      // Where the run itself does not wait, because its profile wants it so, the others do.
      return { kind, until: Math.max(until, end.retryAt ?? 0) }
    case 'failed':
      return { kind, beganAt, problem }
    case 'refused':
      return { kind, problem }
    case 'unknown':
      return null
    default:
      return kind satisfies never
  }
}

/** Null when the profile has another login by now. */
function labelOf({ context }: Worker, { session }: Serve, id: string): string | null {
  const profile = profileIfKnown(context, session.profile)
  const account = profile === undefined ? null : accountOf(profile, context.env)
  return account?.id === id ? account.label : null
}
