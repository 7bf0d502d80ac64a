import type { Reader } from '../../store/reader.ts'
import { getRun } from '../../store/runs/get-run.ts'
import { lockSession } from '../../store/sessions/get-session.ts'
import type { Tx } from '../../store/store.ts'
import type { RunRow, SessionRow } from '../../store/tables.ts'
import { id as idSchema } from '../api-schema/fields.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { notFound } from './not-found.ts'

/** The run with this id. @throws not_found */
export async function findRun(reader: Reader, id: string): Promise<RunRow> {
  const run = await getRun(reader, parseInput(idSchema, id, { name: 'id' }))
  if (run === null) throw notFound('run', id)
  return run
}

/** The run with its session, locked until the transaction ends. @throws not_found */
export async function findRunToChange(
  tx: Tx,
  id: string,
): Promise<{ run: RunRow; session: SessionRow }> {
  const session = await lockSession(tx, (await findRun(tx, id)).session_id)
  // Only now: it may have ended while somebody else had the lock.
  const run = await findRun(tx, id)
  if (session === null) throw notFound('run', id)
  return { run, session }
}
