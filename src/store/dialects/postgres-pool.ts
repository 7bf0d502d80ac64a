import type { PostgresPool, PostgresPoolClient } from 'kysely'
import { Pool, types, type ClientConfig, type PoolClient } from 'pg'
import { toStorableText } from '../storable-text.ts'
import { toPlace, toPostgresStoreError } from './postgres-errors.ts'

// Epoch milliseconds, counts and sums stay below 2^53. Source: pg_type.dat of PostgreSQL.
const numericTypes: readonly number[] = [20 /* int8 */, 1700 /* numeric: sums of int8 */]

/** How every connection is made. */
export function toClientConfig(url: string): ClientConfig {
  return {
    connectionString: url,
    application_name: 'hostler',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // A process that was stopped in the middle of a transaction must not hold its locks for longer
    // than a lease, or nobody can take over its sessions.
    idle_in_transaction_session_timeout: 5_000,
    types: {
      getTypeParser: (id, format) =>
        numericTypes.includes(id) ? Number : types.getTypeParser(id, format),
    },
  }
}

/** Connections for Kysely, whose trouble comes out as `database_unavailable`. */
export function createPostgresPool(url: string, { size }: { size: number }): PostgresPool {
  const pool = new Pool({ ...toClientConfig(url), max: size })
  // An idle connection that ends is replaced when the next one is asked for.
  pool.on('error', () => undefined)
  const where = toPlace(url)
  // Kysely knows a connection again by its identity.
  const known = new WeakMap<PoolClient, PostgresPoolClient>()
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect().catch((error: unknown) => {
        throw toPostgresStoreError(error, where)
      })
      const wrapped = known.get(client) ?? wrap(client, where)
      known.set(client, wrapped)
      return wrapped
    },
  }
}

function wrap(client: PoolClient, where: string): PostgresPoolClient {
  // Without a listener, a connection that breaks while it is out of the pool ends the process.
  client.on('error', () => undefined)
  const query = (text: string, values: readonly unknown[]): Promise<unknown> =>
    client.query(text, values.map(toInput)).catch((error: unknown) => {
      throw toPostgresStoreError(error, where)
    })
  return {
    // Kysely's cursors are not used; what is left of its overloads is this one.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    query: query as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy),
  }
}

function toInput(value: unknown): unknown {
  return typeof value === 'string' ? toStorableText(value) : value
}
