import type { Reader } from '../../store/reader.ts'
import { getSession, getSessionByKey, lockSession } from '../../store/sessions/get-session.ts'
import type { Tx } from '../../store/store.ts'
import type { SessionRow } from '../../store/tables.ts'
import { id as idSchema } from '../api-schema/fields.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { notFound } from './not-found.ts'

/** The session with this id, or with the key after `key:`. @throws not_found */
export async function findSession(reader: Reader, id: string): Promise<SessionRow> {
  parseInput(idSchema, id, { name: 'id' })
  const row = id.startsWith('key:')
    ? await getSessionByKey(reader, id.slice('key:'.length))
    : await getSession(reader, id)
  if (row === null) throw notFound('session', id)
  return row
}

/** The same, locked until the transaction ends. @throws not_found */
export async function findSessionToChange(tx: Tx, id: string): Promise<SessionRow> {
  const row = await lockSession(tx, (await findSession(tx, id)).id)
  if (row === null) throw notFound('session', id)
  return row
}
