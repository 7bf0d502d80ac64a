import { Client } from 'pg'

/** A connection of its own, for the time of the callback. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** All that is in the database, as text. */
export async function dump(url: string): Promise<string> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public'`,
    )
    const all: string[] = []
    for (const { name } of rows) {
      const { rows: found } = await client.query(`select * from ${name}`)
      all.push(name, JSON.stringify(found))
    }
    return all.join('\n')
  })
}
