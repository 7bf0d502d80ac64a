import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseCron } from '../../src/service/schedules/cron-times.ts'
import { fireDue } from '../../src/service/schedules/start-firing.ts'
import { nextScheduleIn } from '../../src/store/schedules/due-schedules.ts'
import { openTestFront } from '../support/fronts.ts'
import {
  countRuns,
  dayMs,
  firingsOf,
  hourMs,
  newSchedule,
  secondMs,
  simulatedClock,
} from '../support/schedules.ts'
import { forEachDatabase } from '../support/stores.ts'
import { waitFor } from '../support/wait-for.ts'

const script = fileURLToPath(new URL('../support/fire-until-killed.ts', import.meta.url))
const start = Date.UTC(2026, 0, 1)
const roomy = { limits: { maxOpenRuns: 1_000_000 } }

forEachDatabase((openTestDatabase, dialect) => {
  test('400 days, with clocks that change and one that goes back: each time once', async () => {
    const time = simulatedClock(start)
    await using world = await openTestFront(openTestDatabase, roomy, time)
    const { hostler, context, store } = world
    const zones = ['UTC', 'Europe/Berlin', 'America/Santiago', 'Australia/Lord_Howe']
    const made = []
    for (const timeZone of zones) {
      const given = { name: timeZone, cron: '15 2 * * *', timeZone, overlap: 'queue' as const }
      made.push(await hostler.schedules.create(newSchedule(given)))
    }
    const end = start + 400 * dayMs
    for (let fired = 0; time.at <= end; fired++) {
      await fireDue(context)
      if (fired % 10 === 0) {
        time.at -= 120 * secondMs
        await fireDue(context)
      }
      time.at += Math.max(1, (await nextScheduleIn(store)) ?? 1)
    }
    for (const { id, timeZone } of made) {
      const firings = await firingsOf(hostler, { id })
      expect(new Set(firings.map(({ what }) => what))).toEqual(new Set(['run']))
      const expected = parseCron('15 2 * * *', timeZone)
        .following(start, 401)
        .filter((at) => at <= end)
      expect(firings.map(({ at }) => at)).toEqual(expected)
    }
    const { firings, runs } = await countRuns(store)
    expect(runs).toBe(firings)
  }, 120_000)

  test('killed again and again, each time is fired once', async () => {
    const time = simulatedClock(start)
    await using world = await openTestFront(openTestDatabase, roomy, time)
    const { hostler, store, workspace } = world
    const schedules = []
    for (const name of ['a', 'b', 'c']) {
      const given = { name, cron: '*/10 * * * *', overlap: 'queue' as const }
      schedules.push(await hostler.schedules.create(newSchedule(given)))
    }
    const end = start + 12 * hourMs
    const { where } = world
    const fire = async (killAfter: number | null): Promise<number | null> => {
      // Each begins when the first began: for all but that one, the clock has gone back.
      const args = [script, JSON.stringify(where), workspace, `${start}`, `${end}`]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      const ended = once(child, 'exit')
      await Promise.race([once(child.stdout, 'data'), ended])
      const before = (await countRuns(store)).firings
      if (killAfter !== null) {
        await waitFor(async () => (await countRuns(store)).firings >= before + killAfter, {
          timeoutMs: 30_000,
        })
        child.kill('SIGKILL')
      }
      const [code] = await ended
      return code
    }
    for (let kill = 1; kill <= 5; kill++) await fire(5 * kill)
    expect(await fire(null)).toBe(0)
    for (const { id } of schedules) {
      const expected = Array.from({ length: 72 }, (_, n) => start + (n + 1) * (hourMs / 6))
      const firings = await firingsOf(hostler, { id })
      expect(firings.map(({ at }) => at)).toEqual(expected)
      expect(new Set(firings.map(({ runId }) => runId)).size).toBe(expected.length)
    }
    const { firings, runs } = await countRuns(store)
    expect(runs).toBe(firings)
  }, 120_000)

  describe.skipIf(dialect === 'sqlite')('on one server', () => {
    test('four workers fire 1,000 schedules: each time once', async () => {
      const time = simulatedClock(start)
      await using world = await openTestFront(openTestDatabase, roomy, time)
      const { hostler, store } = world
      for (let index = 0; index < 1000; index++) {
        const name = `s${index}`
        // Half of them into one of ten sessions, which they all want at once.
        const key = index % 2 === 0 ? `shared/${index % 20}` : `${name}/{at}`
        const submission = { key, prompt: 'x' }
        const given = { name, cron: '0 * * * *', submission, overlap: 'queue' as const }
        await hostler.schedules.create(newSchedule(given))
      }
      const workers = [world, await world.another(), await world.another(), await world.another()]
      time.at = start + hourMs
      await Promise.all(workers.map(({ context }) => fireUntilNone(context)))
      expect(await countRuns(store)).toEqual({ firings: 1000, runs: 1000 })
      const rows = await store.db
        .selectFrom('firings')
        .innerJoin('runs', 'runs.id', 'firings.run_id')
        .select(['firings.schedule_id', 'runs.schedule_id as of'])
        .execute()
      expect(rows).toHaveLength(1000)
      expect(rows.every((row) => row.schedule_id === row.of)).toBe(true)
    }, 120_000)
  })

  /** As the loop does it: what another one has in hand may come back. */
  async function fireUntilNone(context: Parameters<typeof fireDue>[0]): Promise<void> {
    for (;;) {
      await fireDue(context)
      if ((await nextScheduleIn(context.store)) !== 0) return
    }
  }
})
