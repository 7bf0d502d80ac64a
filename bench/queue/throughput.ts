import { setTimeout as sleep } from 'node:timers/promises'
import type { Hostler } from '../../src/index.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Site } from '../ground/ground.ts'
import { inGroups } from '../room/in-groups.ts'
import { until } from '../room/until.ts'

/** Time for all submissions, before the first run is ready. */
const submitMs = (runs: number): number => 1000 + runs * 8

/**
 * Runs a second, over workers that are processes of their own. All runs are in the queue before the first
 * of them is ready, so that none of the time is that of submitting.
 */
export async function measureThroughput(
  site: Site,
  { workers, sessions, runs }: { workers: number; sessions: number; runs: number },
): Promise<number> {
  const server = await site.start()
  for (let machine = 2; machine <= workers; machine++) await site.start({ kind: 'worker', machine })
  const { hostler } = server
  const keys = Array.from({ length: sessions }, (_, index) => String(index))
  // Each has its agent from now on.
  await submitAll(hostler, keys, () => 0)
  await untilIdle(hostler)
  const readyAt = Date.now() + submitMs(runs)
  const rounds = Array.from({ length: runs / sessions }, () => keys).flat()
  await submitAll(hostler, rounds, () => Math.max(0, readyAt - Date.now()))
  await sleep(Math.max(0, readyAt - Date.now()))
  await untilIdle(hostler)
  await using store = await openStore(site.task.where, { migrate: 'check' })
  const { first, last, count } = await store.db
    .selectFrom('runs')
    .select((eb) => [
      eb.fn.min('ready_at').as('first'),
      eb.fn.max('ended_at').as('last'),
      eb.fn.countAll<number>().as('count'),
    ])
    .where('ordinal', '>', 1)
    .where('outcome', '=', 'ok')
    .executeTakeFirstOrThrow()
  if (count !== runs || last === null) throw new Error(`${count} of ${runs} runs went well`)
  return (runs * 1000) / (last - first)
}

async function submitAll(
  hostler: Hostler,
  keys: readonly string[],
  delayMs: () => number,
): Promise<void> {
  await inGroups(keys, 16, (key) => hostler.runs.submit({ key, prompt: 'hi', delayMs: delayMs() }))
}

async function untilIdle(hostler: Hostler): Promise<void> {
  const isIdle = async (): Promise<true | null> => {
    const { queued, running, waiting } = (await hostler.status()).runs
    return queued + running + waiting.time === 0 ? true : null
  }
  await until('all runs end', isIdle, { everyMs: 100 })
}
