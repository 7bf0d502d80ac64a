import { sql, type Kysely } from 'kysely'
import type { Tables } from '../tables.ts'

/** Numbers of advisory locks, which other programs in the same database should not use. */
const locks = { migrate: 7_310_031_001, claim: 7_310_031_002 }

/** Waits until nobody else has it; held until the transaction ends. PostgreSQL only. */
export async function takeLock(db: Kysely<Tables>, name: keyof typeof locks): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(locks[name])})`.execute(db)
}
