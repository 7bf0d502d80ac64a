import { hostlerError } from '../../errors.ts'
import type { Reader } from '../../store/reader.ts'
import { getSessionByKey } from '../../store/sessions/get-session.ts'

/** The error for a key that belongs to another session. */
export async function keyTaken(reader: Reader, key: string | null): Promise<Error> {
  const other = key === null ? null : await getSessionByKey(reader, key)
  return hostlerError('key_taken', { key: key ?? '', sessionId: other?.id ?? 'another' })
}
