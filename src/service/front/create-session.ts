import type { NewSessionRow } from '../../store/sessions/insert-session.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { newSessionSchema } from '../api-schema/session-schema.ts'
import type { CallOptions } from '../contract/hostler.ts'
import type { NewSession, Session } from '../contract/session.ts'
import { change } from './change.ts'
import { checkOptions } from './check-options.ts'
import type { Acting, Front } from './front.ts'
import { insertNewSession } from './insert-new-session.ts'
import { keyTaken } from './key-taken.ts'
import { placeSession } from './place-session.ts'
import { readSession } from './read-sessions.ts'

/** Makes a session. @throws invalid_input, not_found, workspace_not_allowed, key_taken */
export async function createSession(
  front: Front,
  input: NewSession,
  options: CallOptions = {},
): Promise<Session> {
  const { context, actor } = front
  const session = parseInput(newSessionSchema, input, { name: 'session' })
  const row = await toNewSessionRow(front, session)
  return await change(
    front,
    async (tx) => {
      const added = await insertNewSession(tx, row, { actor, action: 'session.create' })
      if (added === null) throw await keyTaken(tx, row.key)
      return await readSession(context, added, { reader: tx })
    },
    options,
  )
}

/** The row of a session that is asked for, once it is known that it may be. */
export async function toNewSessionRow(front: Acting, session: NewSession): Promise<NewSessionRow> {
  const { profile = 'default', workspace, options = {} } = session
  checkOptions(front.context, profile, options)
  return {
    id: uuidV7(),
    key: session.key ?? null,
    title: session.title ?? null,
    options: JSON.stringify(options),
    labels: JSON.stringify(session.labels ?? {}),
    on_busy: session.onBusy ?? null,
    ...(await placeSession(front.context, { profile, workspace })),
  }
}
