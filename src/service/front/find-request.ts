import type { Reader } from '../../store/reader.ts'
import { getRequest } from '../../store/requests.ts'
import type { RequestRow } from '../../store/tables.ts'
import { id as idSchema } from '../api-schema/fields.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { notFound } from './not-found.ts'

/** The request with this id. @throws not_found */
export async function findRequest(reader: Reader, id: string): Promise<RequestRow> {
  const row = await getRequest(reader, parseInput(idSchema, id, { name: 'id' }))
  if (row === null) throw notFound('request', id)
  return row
}
