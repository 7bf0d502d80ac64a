import { recordAudit } from '../../store/audit.ts'
import { recordChange } from '../../store/changes.ts'
import { appendInTx } from '../../store/events/append-in-tx.ts'
import { getSessionByKey } from '../../store/sessions/get-session.ts'
import { revokeRules } from '../../store/sessions/given-by-humans.ts'
import { releaseQuarantine } from '../../store/sessions/quarantine-session.ts'
import { updateSession, type SessionRowChange } from '../../store/sessions/update-session.ts'
import type { SessionRow } from '../../store/tables.ts'
import { findProfile } from '../configuration/find-profile.ts'
import type { ServiceContext } from '../context.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { sessionChangeSchema } from '../api-schema/session-schema.ts'
import type { CallOptions } from '../contract/hostler.ts'
import type { Session, SessionChange } from '../contract/session.ts'
import { change } from './change.ts'
import { checkOptions } from './check-options.ts'
import { findSession, findSessionToChange } from './find-session.ts'
import type { Front } from './front.ts'
import { assertBypassAllowed, giveBypass } from './give-bypass.ts'
import { keyTaken } from './key-taken.ts'
import { placeSession, type Place } from './place-session.ts'
import { readSession } from './read-sessions.ts'

/**
 * Changes what is given. Runs that start later have it so.
 * @throws invalid_input, also where the profile allows no bypass, not_found, workspace_not_allowed by the new profile, key_taken
 */
export async function configureSession(
  front: Front,
  id: string,
  { input, signal }: { input: SessionChange } & CallOptions,
): Promise<Session> {
  const { context, actor } = front
  const wanted = parseInput(sessionChangeSchema, input, { name: 'change' })
  const fields = Object.keys(wanted)
  const before = await findSession(context.store, id)
  if (fields.length === 0) return await readSession(context, before, { reader: context.store })
  const place = await newPlace(front, before, wanted)
  const { profile = before.profile, options: given = JSON.parse(before.options) } = wanted
  checkOptions(context, profile, given)
  assertBypassAllowed(context, profile, wanted)
  return await change(
    front,
    async (tx) => {
      const session = await findSessionToChange(tx, id)
      if (typeof wanted.key === 'string') {
        const other = await getSessionByKey(tx, wanted.key)
        if (other !== null && other.id !== session.id) throw await keyTaken(tx, wanted.key)
      }
      const subject = { subjectId: session.id, sessionId: session.id }
      await updateSession(tx, session.id, { ...toRowChange(wanted), ...place })
      const { bypassForMs: forMs = keptBypass(context, wanted) } = wanted
      if (forMs !== undefined) await giveBypass(tx, session, { forMs, actor })
      if (wanted.quarantined === false) await releaseQuarantine(tx, session.id, { by: actor })
      if (wanted.grantedRules !== undefined) await revokeRules(tx, session.id)
      await appendInTx(tx, session.id, {
        runId: null,
        events: [{ type: 'session_changed', fields }],
      })
      const data = { state: session.state, fields }
      await recordChange(tx, { kind: 'session', ...subject, data })
      const detail = { fields, ...(forMs === undefined ? {} : { bypassForMs: forMs }) }
      await recordAudit(tx, { actor, action: 'session.configure', ...subject, detail })
      const changed = await findSession(tx, session.id)
      return await readSession(context, changed, { reader: tx })
    },
    signal === undefined ? {} : { signal },
  )
}

// It is not taken along into a profile that does not allow it.
function keptBypass(context: ServiceContext, { profile }: SessionChange): null | undefined {
  if (profile === undefined) return undefined
  return findProfile(context, profile).allowBypass === true ? undefined : null
}

// Another profile may forbid the session's workspace, share it, or be served by other workers.
async function newPlace(
  { context }: Front,
  session: SessionRow,
  { profile }: SessionChange,
): Promise<Partial<Place>> {
  if (profile === undefined || profile === session.profile) return {}
  return await placeSession(context, { profile, workspace: JSON.parse(session.workspace) })
}

function toRowChange({ key, title, options, labels, onBusy }: SessionChange): SessionRowChange {
  return {
    ...(key === undefined ? {} : { key }),
    ...(title === undefined ? {} : { title }),
    ...(options === undefined ? {} : { options: JSON.stringify(options) }),
    ...(labels === undefined ? {} : { labels: JSON.stringify(labels) }),
    ...(onBusy === undefined ? {} : { on_busy: onBusy }),
  }
}
