import type { Reader } from '../../store/reader.ts'
import {
  getSchedule,
  getScheduleByName,
  lockSchedule,
} from '../../store/schedules/schedule-rows.ts'
import type { Tx } from '../../store/store.ts'
import type { ScheduleRow } from '../../store/tables.ts'
import { id as idSchema } from '../api-schema/fields.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { notFound } from '../front/not-found.ts'

/** The schedule with this id, or with the name after `name:`. @throws not_found */
export async function findSchedule(reader: Reader, id: string): Promise<ScheduleRow> {
  parseInput(idSchema, id, { name: 'id' })
  const row = id.startsWith('name:')
    ? await getScheduleByName(reader, id.slice('name:'.length))
    : await getSchedule(reader, id)
  if (row === null) throw notFound('schedule', id)
  return row
}

/** The same, locked until the transaction ends. @throws not_found */
export async function findScheduleToChange(tx: Tx, id: string): Promise<ScheduleRow> {
  const row = await lockSchedule(tx, (await findSchedule(tx, id)).id)
  if (row === null) throw notFound('schedule', id)
  return row
}
