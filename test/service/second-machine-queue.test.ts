import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OpenedHostler, Run, Submission } from '../../src/index.ts'
import { writeFakeClaude } from '../../src/testing/index.ts'
import { openMachines } from '../support/machines.ts'
import { openTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { waitFor } from '../support/wait-for.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

const limit = { timeoutMs: 40_000 }

async function ended(hostler: OpenedHostler, submission: Submission): Promise<Run> {
  const { id } = await hostler.runs.submit(submission)
  return await hostler.runs.wait(id, limit)
}

function workersOf(runs: readonly Run[]): Set<string | undefined> {
  return new Set(runs.flatMap(({ attempts }) => attempts.map(({ workerId }) => workerId)))
}

test('a session of a pool is served by workers of that pool, and they serve no other', async () => {
  await using world = await openMachines(postgres, {
    scenario: {},
    configuration: { profiles: { gpu: { extends: 'default', pool: 'gpu' } } },
    profile: { shareWorkspace: true },
  })
  const a = await (await world.machine('a')).open()
  const forGpu = await a.runs.submit({ key: 'g', prompt: 'p', profile: 'gpu' })
  expect(await ended(a, { key: 'd', prompt: 'p' })).toMatchObject({ outcome: 'ok' })
  expect(await a.runs.get(forGpu.id)).toMatchObject({ state: 'queued' })
  await a.close()
  const b = await (await world.machine('b', { worker: { pools: ['gpu'] } })).open()
  expect(await b.runs.wait(forGpu.id, limit)).toMatchObject({ outcome: 'ok' })
  const forOthers = await b.runs.submit({ key: 'd', prompt: 'p' })
  expect(await ended(b, { key: 'g', prompt: 'p' })).toMatchObject({ outcome: 'ok' })
  expect(await b.runs.get(forOthers.id)).toMatchObject({ state: 'queued' })
})

test('the global limit is exact over two workers, and both do their share', async () => {
  await using world = await openMachines(postgres, {
    scenario: { everyTurn: [{ do: 'begin' }, { do: 'wait', ms: 100 }, { do: 'end' }] },
    configuration: { limits: { running: 3, perWorker: 2 } },
    profile: { shareWorkspace: true },
  })
  const hostlers = [
    await (await world.machine('a')).open(),
    await (await world.machine('b')).open(),
  ]
  const [front] = hostlers
  if (front === undefined) throw new Error('no hostler')
  const submitted = Array.from({ length: 14 }, (_, index) =>
    front.runs.submit({ key: `s-${index}`, prompt: 'p' }),
  )
  const runs = await Promise.all(
    (await Promise.all(submitted)).map(({ id }) => front.runs.wait(id, limit)),
  )
  expect(runs.map(({ outcome }) => outcome)).toEqual(runs.map(() => 'ok'))
  expect(workersOf(runs).size).toBe(2)
  const times = runs.flatMap(({ attempts }) => attempts)
  // What ends in the millisecond in which another begins has made room for it.
  const changes = times
    .flatMap(({ startedAt, endedAt }) => [
      { at: startedAt, by: 1 },
      { at: endedAt ?? 0, by: -1 },
    ])
    .toSorted((one, other) => one.at - other.at || one.by - other.by)
  let now = 0
  const running = changes.map(({ by }) => (now += by))
  expect(Math.max(...running)).toBe(3)
})

test('a session is left to the worker that has its agent, but not for long when that one is busy', async () => {
  await using world = await openMachines(postgres, {
    scenario: {},
    configuration: { limits: { perWorker: 1 } },
    // The fake keeps no transcript that another could go on with.
    profile: { shareWorkspace: true, onSessionLost: 'fresh' },
  })
  const stuck = await writeFakeClaude(join(world.roots, 'stuck'), {
    everyTurn: [{ do: 'begin' }, { do: 'silence' }],
  })
  const profiles = { stuck: { extends: 'default', claudeBin: stuck } }
  const a = await (await world.machine('a', { profiles })).open()
  const first = await ended(a, { key: 'k', prompt: 'p' })
  const b = await (await world.machine('b', { profiles })).open()
  const atHome: Run[] = [first]
  for (const hostler of [b, a, b, b]) atHome.push(await ended(hostler, { key: 'k', prompt: 'p' }))
  expect(workersOf(atHome).size).toBe(1)
  expect(new Set(atHome.map(({ attempts }) => attempts[0]?.agentId)).size).toBe(1)

  // So that it is A that this keeps busy.
  await b.close()
  const busy = await a.runs.submit({ key: 'busy', prompt: 'p', profile: 'stuck' })
  await waitFor(async () => (await a.runs.get(busy.id)).state === 'running')
  const again = await (await world.machine('c', { profiles })).open()
  const elsewhere = await ended(again, { key: 'k', prompt: 'p' })
  expect(elsewhere).toMatchObject({ outcome: 'ok' })
  expect(workersOf([...atHome, elsewhere]).size).toBe(2)
  expect((elsewhere.startedAt ?? 0) - elsewhere.readyAt).toBeGreaterThanOrEqual(500)
  // The agent that A has kept does not know what was said since.
  await again.runs.cancel(busy.id)
  await waitFor(async () => {
    const all = await again.agents.list()
    return all.find(({ id }) => id === first.attempts[0]?.agentId)?.state === 'ended'
  })
})
