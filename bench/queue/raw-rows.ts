import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'

/** How long one durable row takes, in milliseconds: the floor under everything that is stored. */
export type Meter = AsyncDisposable & { insert(): Promise<number> }

const create = 'create table if not exists bench_rows (text text)'
const text = 'a row of some length, as an event has it '.repeat(8)

/** Beside hostler's own tables, in the same file or on the same server. */
export async function createMeter(where: { path: string } | { url: string }): Promise<Meter> {
  if ('path' in where) {
    const database = new DatabaseSync(`${where.path}.rows`)
    database.exec('pragma journal_mode = wal; pragma synchronous = full')
    database.exec(create)
    const statement = database.prepare('insert into bench_rows values (?)')
    return {
      insert: () => timed(() => statement.run(text)),
      async [Symbol.asyncDispose]() {
        database.close()
      },
    }
  }
  const client = new Client({ connectionString: where.url })
  await client.connect()
  await client.query(create)
  return {
    insert: () => timed(() => client.query('insert into bench_rows values ($1)', [text])),
    [Symbol.asyncDispose]: () => client.end(),
  }
}

async function timed(work: () => unknown): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
