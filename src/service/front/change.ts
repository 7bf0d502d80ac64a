import type { Tx } from '../../store/store.ts'
import type { CallOptions } from '../contract/hostler.ts'
import type { ServiceContext } from '../context.ts'
import { isUniqueViolation } from '../../store/unique-violation.ts'

// Two that insert the same key at the same time: the second sees the first one's row when it looks again.
const tries = 3

/**
 * One change in one transaction. Where another process has put in the same unique value in the same
 * moment, it is done again, and sees the other's.
 */
export async function change<T>(
  { context }: { context: Pick<ServiceContext, 'store'> },
  work: (tx: Tx) => Promise<T>,
  { signal }: CallOptions = {},
): Promise<T> {
  signal?.throwIfAborted()
  const options = signal === undefined ? {} : { signal }
  for (let left = tries; ; left--) {
    try {
      return await context.store.transact(work, options)
    } catch (error) {
      if (left <= 1 || !isUniqueViolation(error)) throw error
    }
  }
}
