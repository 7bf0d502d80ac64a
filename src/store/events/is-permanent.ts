/** PostgreSQL's classes of errors that come again with the same statement: data, constraint, syntax. */
const permanentClasses = ['22', '23', '42']

/** SQLite's results of that kind: ERROR, TOOBIG, CONSTRAINT, MISMATCH, MISUSE, RANGE. */
const permanentResults = [1, 18, 19, 20, 21, 25]

/**
 * Whether a write would fail again however often it is tried: what is written is wrong, not the
 * database's day. Everything else (locked, full, disconnected, shutting down) passes.
 */
export function isPermanent(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('errcode' in error && typeof error.errcode === 'number') {
    return permanentResults.includes(error.errcode & 0xff)
  }
  if ('severity' in error && 'code' in error && typeof error.code === 'string') {
    return permanentClasses.includes(error.code.slice(0, 2))
  }
  if (error instanceof TypeError || error instanceof RangeError) return true
  return isPermanent(error.cause)
}
