import type { Store } from './store.ts'

/** What a read needs: the store, or a transaction of it. */
export type Reader = Pick<Store, 'db' | 'dialect'>
