import { describe, expect, test } from 'vitest'
import type { Run } from '../../src/index.ts'
import { text } from '../../src/testing/index.ts'
import { type RunningService, startTestService } from '../support/running-service.ts'
import { waitFor } from '../support/wait-for.ts'

/** Every turn waits for the test. */
const held = [text('done', { repeat: true, hold: 'go' })]

async function submitAll(world: RunningService, keys: string[], profile?: string): Promise<Run[]> {
  const runs: Run[] = []
  for (const key of keys) {
    const more = profile === undefined ? {} : { profile }
    runs.push(await world.hostler.runs.submit({ key, prompt: `p-${key}`, ...more }))
  }
  return runs
}

/** Lets the turns end one by one, and gives the most that were under way at the same time. */
async function runToEnd(world: RunningService, runs: Run[]): Promise<number> {
  const { model } = world
  let most = 0
  for (let ended = 0; ended < runs.length; ended++) {
    await waitFor(() => model.prompts.length > ended, { timeoutMs: 20_000 })
    most = Math.max(most, (await world.hostler.status()).runs.running)
    model.release('go')
  }
  for (const run of runs) expect(await world.ended(run)).toMatchObject({ outcome: 'ok' })
  return most
}

async function isAsked(world: RunningService, count: number): Promise<void> {
  await waitFor(() => world.model.prompts.length === count, { timeoutMs: 20_000 })
}

describe('turns at once', () => {
  test('on this worker: limits.perWorker', async () => {
    await using world = await startTestService({
      script: held,
      profile: { shareWorkspace: true },
      configuration: { limits: { perWorker: 2 } },
    })
    const runs = await submitAll(world, ['a', 'b', 'c', 'd'])
    await isAsked(world, 2)
    expect(await world.hostler.status()).toMatchObject({ runs: { running: 2, queued: 2 } })
    expect(await runToEnd(world, runs)).toBe(2)
  })

  test('of one profile: maxRunning, and others go past it', async () => {
    await using world = await startTestService({
      script: held,
      profile: { shareWorkspace: true },
      configuration: { profiles: { slow: { extends: 'default', maxRunning: 1 } } },
    })
    const slow = await submitAll(world, ['a', 'b'], 'slow')
    const others = await submitAll(world, ['c'])
    await isAsked(world, 2)
    const { items } = await world.hostler.runs.list({ state: ['running'] })
    expect(new Set(items.map(({ sessionKey }) => sessionKey))).toEqual(new Set(['a', 'c']))
    expect(await runToEnd(world, [...slow, ...others])).toBe(2)
  })

  test('over all workers: limits.running', async () => {
    await using world = await startTestService({
      script: held,
      profile: { shareWorkspace: true },
      configuration: { limits: { running: 1 } },
    })
    const runs = await submitAll(world, ['a', 'b'])
    await isAsked(world, 1)
    expect(await runToEnd(world, runs)).toBe(1)
  })

  test('of sessions in one folder: one, unless the profile lets them share it', async () => {
    await using world = await startTestService({ script: held })
    const runs = await submitAll(world, ['a', 'b'])
    await isAsked(world, 1)
    expect(await runToEnd(world, runs)).toBe(1)
  })
})

test('with too little free memory idle agents give way, and nothing starts until there is more', async () => {
  await using world = await startTestService({ scenario: {}, profile: { shareWorkspace: true } })
  const { hostler, service } = world
  await world.ended(await hostler.runs.submit({ key: 'a', prompt: 'p' }))
  const configuration = service.context.configuration()
  const limits = { ...configuration.limits, minFreeMemoryBytes: Number.MAX_SAFE_INTEGER }
  service.reconfigure({ ...configuration, limits })
  const run = await hostler.runs.submit({ key: 'b', prompt: 'p' })
  await waitFor(async () => (await hostler.status()).agents.warm === 0)
  await waitFor(() => world.logged.some((line) => line.includes('too little memory is free')))
  expect(await hostler.runs.get(run.id)).toMatchObject({ state: 'queued' })
  service.reconfigure(configuration)
  expect(await world.ended(run)).toMatchObject({ outcome: 'ok' })
})
