import { hostlerError } from '../../errors.ts'

/** Primary result codes (https://sqlite.org/rescode.html) of trouble with the file, not the statement. */
const troubles: Record<number, { what: string; cure: string }> = {
  3: { what: 'may not be opened', cure: 'give hostler’s user the right to read and write it' },
  5: { what: 'is locked', cure: 'end the program that holds it, such as a backup or a shell' },
  6: { what: 'is locked', cure: 'end the program that holds it, such as a backup or a shell' },
  8: { what: 'is read-only', cure: 'give hostler’s user the right to write it and its folder' },
  10: { what: 'cannot be read or written', cure: 'look at the disk: dmesg says what is wrong' },
  11: { what: 'is damaged', cure: 'stop hostler and restore a backup: hostler db check says more' },
  13: { what: 'is full', cure: 'free space on its disk; hostler goes on by itself' },
  14: { what: 'cannot be opened', cure: 'see that its folder is there and may be written to' },
  26: { what: 'is no SQLite file', cure: 'name another file, or restore a backup' },
}

/** The database is held by another process; the same may work a moment later. */
export function isSqliteBusy(error: unknown): boolean {
  return sqliteCode(error) === 5
}

/** `database_unavailable` for trouble with the file; any other error as it is. */
export function toSqliteStoreError(error: unknown, path: string): unknown {
  const code = sqliteCode(error) ?? fileTrouble(error)
  const trouble = code === null ? undefined : troubles[code]
  if (trouble === undefined || !(error instanceof Error)) return error
  const params = { what: `${path} ${trouble.what}`, problem: error.message, cure: trouble.cure }
  return hostlerError('database_unavailable', params, { cause: error })
}

function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error)) return null
  // Extended codes have the primary one in their low byte.
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff
  return sqliteCode(error.cause)
}

/** Making the file or its folder failed. */
function fileTrouble(error: unknown): number | null {
  if (!(error instanceof Error) || !('code' in error)) return null
  if (error.code === 'ENOSPC') return 13
  if (error.code === 'EROFS') return 8
  return typeof error.code === 'string' && 'syscall' in error ? 14 : null
}
