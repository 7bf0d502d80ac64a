import { assert as check, asyncProperty, array, constantFrom, nat, record } from 'fast-check'
import { expect, test } from 'vitest'
import type { Usage } from '../../src/events/turn-result.ts'
import { readBudgets } from '../../src/store/money/budgets.ts'
import type { Limit } from '../../src/store/money/reserve-budget.ts'
import { beginAttempt } from '../../src/store/queue/begin-attempt.ts'
import type { Claim } from '../../src/store/queue/claim.ts'
import { settleRun, type SettleRun } from '../../src/store/queue/settle-run.ts'
import type { Store } from '../../src/store/store.ts'
import type { AttemptRow, RunRow } from '../../src/store/tables.ts'
import { toUsd } from '../../src/util/money.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'
import { forEachDatabase } from '../support/stores.ts'
import { day } from './money-harness.ts'
import { addRun, addSession, claim, succeeded, toLease } from './queue-harness.ts'

// The same as with the real CLI, for many more orders: what the attempts of a test cost is known here.

const steps = [
  'submit',
  'submit',
  'begin',
  'begin',
  'end',
  'retry',
  'kill',
  'hours',
  'look',
] as const
type Step = { step: (typeof steps)[number]; n: number }

type Held = { claim: Claim; attempt: AttemptRow }
type World = {
  store: Store
  time: { now: number }
  held: Held[]
  /** What was billed: micro-dollars, and when. */
  bill: { at: number; micros: number; profile: string }[]
}

const hour = 3_600_000
const start = Date.parse('2026-11-20T00:00:00Z')

forEachDatabase((openTestDatabase, name) => {
  test('no order of attempts, retries, deaths, children and days loses or doubles a micro-dollar', async () => {
    const step = record({ step: constantFrom(...steps), n: nat({ max: 1_000_000 }) })
    await check(
      asyncProperty(array(step, { minLength: 20, maxLength: 60 }), async (all) => {
        await using database = await openTestDatabase()
        const time = { now: start + 8 * hour }
        const store = await database.openStore({ clock: () => time.now })
        const world: World = { store, time, held: [], bill: [] }
        for (const one of all) await take(world, one)
        await finishAll(world)
        await compare(world)
      }),
      { numRuns: name === 'sqlite' ? 25 : 5, endOnFailure: true },
    )
  }, 120_000)
})

async function take(world: World, { step, n }: Step): Promise<void> {
  const { store, time, held } = world
  switch (step) {
    case 'submit': {
      const parent = n % 3 === 0 ? held[n % Math.max(1, held.length)] : undefined
      const session = await addSession(store, { profile: n % 2 === 0 ? 'even' : 'odd' })
      await addRun(store, session, { parent_run_id: parent?.claim.run.id ?? null })
      return
    }
    case 'begin':
      return await beginOne(world, n % 4 === 0 ? [] : limitsAt(time.now), n)
    case 'end':
      return await endOne(world, n, { costs: true, to: succeeded })
    case 'retry':
      return await endOne(world, n, { costs: true, to: again(time.now) })
    case 'kill':
      return await endOne(world, n, { costs: false, to: again(time.now) })
    case 'hours':
      time.now += (n % 9) * hour
      return
    case 'look':
      return await expectSpent(world, [
        ...limitsAt(time.now),
        { ...dayOf(time.now), scope: `new ${n}` },
      ])
    default:
      return step satisfies never
  }
}

async function beginOne(world: World, limits: readonly Limit[], n: number): Promise<void> {
  const [one] = await claim(world.store, { profiles: ['even', 'odd'] })
  if (one === undefined) return
  try {
    const attempt = await beginAttempt(world.store, toLease(one), {
      runId: one.run.id,
      workerId: 'w1',
      attempt: { id: uuidV7(), agentId: null, claudeSessionId: null, logFrom: 0 },
      reservation: {
        limits,
        amountMicros: n,
        toError: ({ name }) => new Error(`${name} is reached`),
      },
      events: () => [],
    })
    world.held.push({ claim: one, attempt })
  } catch (error) {
    expect(String(error)).toContain('is reached')
    const to = again(world.time.now)
    await settleRun(world.store, toLease(one), { runId: one.run.id, to, events: [] })
  }
}

async function endOne(
  { store, held, bill, time }: World,
  n: number,
  how: { costs: boolean; to: SettleRun['to'] },
): Promise<void> {
  const [one] = held.splice(n % Math.max(1, held.length), 1)
  if (one === undefined) return
  const { claim: of, attempt } = one
  const micros = how.costs ? n : 0
  bill.push({ at: time.now, micros, profile: of.session.profile })
  await settleRun(store, toLease(of), {
    runId: of.run.id,
    attempt: {
      id: attempt.id,
      outcome: 'ok',
      error: null,
      exit: null,
      costMicros: how.costs ? micros : null,
      usage: how.costs ? usageOf(micros, n % 4) : null,
      claudeVersion: null,
      claudeSessionId: null,
      logTo: null,
    },
    to: how.to,
    events: [],
  })
}

async function finishAll(world: World): Promise<void> {
  for (let n = 1; n < 1000; n++) {
    if (world.held.length === 0) await beginOne(world, [], n)
    if (world.held.length === 0) return
    await endOne(world, n, { costs: true, to: succeeded })
  }
  throw new Error('it does not come to an end')
}

async function compare(world: World): Promise<void> {
  const { store, bill } = world
  const billed = bill.reduce((sum, { micros }) => sum + micros, 0)
  const sumOf = async (table: 'attempts' | 'runs' | 'sessions' | 'spending'): Promise<number> => {
    const rows = await store.db.selectFrom(table).select('cost_micros').execute()
    return rows.reduce((sum, { cost_micros: micros }) => sum + (micros ?? 0), 0)
  }
  expect([
    await sumOf('attempts'),
    await sumOf('runs'),
    await sumOf('sessions'),
    await sumOf('spending'),
  ]).toEqual([billed, billed, billed, billed])
  const runs = await store.db.selectFrom('runs').selectAll().execute()
  for (const run of runs) expect(run.children_cost_micros).toBe(below(run.id, runs))
  expect(await store.db.selectFrom('reservations').selectAll().execute()).toEqual([])
  const rows = await store.db.selectFrom('budgets').selectAll().execute()
  for (const row of rows) expect(row.reserved_micros).toBe(0)
  await expectSpent(world, limitsAt(world.time.now))
}

function below(id: string, runs: readonly RunRow[]): number {
  const children = runs.filter(({ parent_run_id: parent }) => parent === id)
  return children.reduce((sum, one) => sum + one.cost_micros + below(one.id, runs), 0)
}

/** Whether a scope has a row by now or is asked for the first time. */
async function expectSpent({ store, bill }: World, limits: readonly Limit[]): Promise<void> {
  const budgets = await readBudgets(store, limits)
  for (const { scope, subject, startsAt } of limits) {
    const counting = bill.filter(
      ({ at, profile }) =>
        at >= startsAt &&
        at < startsAt + day &&
        (subject.kind === 'all' || (subject.kind === 'profile' && subject.profile === profile)),
    )
    const spent = counting.reduce((sum, { micros }) => sum + micros, 0)
    expect({ scope, spent: budgets.get(scope)?.spentMicros }).toEqual({ scope, spent })
  }
}

function limitsAt(at: number): Limit[] {
  const profile = { kind: 'profile', profile: 'even' } as const
  const all = dayOf(at)
  return [all, { ...all, subject: profile, scope: `even ${all.startsAt}`, limitMicros: 4_000_000 }]
}

function dayOf(at: number): Limit {
  const startsAt = at - (at % day)
  const subject = { kind: 'all' } as const
  const about = { scope: `all ${startsAt}`, name: 'day', limitMicros: 6_000_000 }
  return { ...about, subject, startsAt, endsAt: startsAt + day }
}

function again(until: number): SettleRun['to'] {
  return { kind: 'wait', on: 'time', until, reason: 'again' }
}

/** With as many models, whose shares are no whole micro-dollars. */
function usageOf(micros: number, models: number): Usage {
  const none = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheCreationTokens: 0 }
  const share = { ...none, costUsd: toUsd(micros) / Math.max(1, models) }
  const names = Array.from({ length: models }, (_, index) => [`m${index}`, share] as const)
  return { ...none, byModel: Object.fromEntries(names) }
}
