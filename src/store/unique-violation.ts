// SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE. Source: sqlite.org/rescode.html.
const sqliteCodes: readonly unknown[] = [1555, 2067]
// PostgreSQL: unique_violation. Source: appendix A of its manual.
const postgresCode = '23505'

/** Does `error` say that a unique value is there already? */
export function isUniqueViolation(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && at.code === postgresCode) return true
    if ('errcode' in at && sqliteCodes.includes(at.errcode)) return true
  }
  return false
}
