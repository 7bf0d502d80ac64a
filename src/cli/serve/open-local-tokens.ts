import { join } from 'node:path'
import type { Io } from '../io.ts'
import type { OpenLocal } from '../service/open-local.ts'

/** The tokens in the database that `hostler serve` with this data directory uses, running or not. */
export function openLocalTokens(io: Io): OpenLocal {
  return async (dataDir, { signal }) => {
    const [{ readDaemonConfiguration }, { openStore }, { tokenMethods }] = await Promise.all([
      import('./read-daemon-configuration.ts'),
      import('../../store/open-store.ts'),
      import('../../service/front/token-methods.ts'),
    ])
    const { configuration } = readDaemonConfiguration({ dataDir }, io)
    const { database } = configuration
    const where = database === null ? { path: join(dataDir, 'hostler.db') } : { url: database }
    const store = await openStore(where, { signal })
    return {
      tokens: tokenMethods({ context: { store }, actor: 'local' }),
      [Symbol.asyncDispose]: () => Promise.resolve(store[Symbol.asyncDispose]()),
    }
  }
}
