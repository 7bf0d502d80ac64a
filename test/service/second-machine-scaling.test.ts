import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMachines } from '../support/machines.ts'
import { findManifest, scaledObject } from '../support/manifests.ts'
import { openTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { waitFor } from '../support/wait-for.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

test('the query by which workers are scaled counts sessions that are served and those that could be, and no others', async () => {
  const { spec } = scaledObject.parse(await findManifest('ScaledObject', 'hostler-worker'))
  const { query } = spec.triggers[0].metadata
  await using world = await openMachines(postgres, {
    scenario: { everyTurn: [{ do: 'begin' }, { do: 'silence' }] },
    profile: { shareWorkspace: true },
    configuration: {
      limits: { perWorker: 2 },
      profiles: { gpu: { extends: 'default', pool: 'gpu' } },
    },
  })
  await using client = await connect(world.url)
  const count = async (): Promise<number> => {
    const { rows } = await client.query<{ turns: string }>(query)
    return Number(rows[0]?.turns)
  }
  expect(await count()).toBe(0)
  const front = await (await world.machine('front')).open({ worker: false })
  const runs = []
  for (const key of ['a', 'b', 'c', 'd', 'e']) {
    runs.push(await front.runs.submit({ key, prompt: 'p' }))
  }
  expect(await count()).toBe(5)
  // Of one session, only one at a time; of another pool; later.
  await front.runs.submit({ key: 'a', prompt: 'p' })
  await front.runs.submit({ key: 'g', prompt: 'p', profile: 'gpu' })
  await front.runs.submit({ key: 'later', prompt: 'p', delayMs: 3_600_000 })
  expect(await count()).toBe(5)
  await (await world.machine('a')).open()
  await waitFor(async () => (await front.status()).runs.running === 2)
  expect(await count()).toBe(5)
  for (const { id } of runs.slice(2)) await front.runs.cancel(id)
  await waitFor(async () => (await count()) === 2)
})

async function connect(connectionString: string): Promise<Client & AsyncDisposable> {
  const client = new Client({ connectionString })
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}
