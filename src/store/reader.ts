import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** What a read needs: the store, or a transaction of it. */
export type Reader = { readonly db: Kysely<Tables> }
