import { expect, test } from 'vitest'
import type { Usage } from '../../src/events/turn-result.ts'
import { readBudgets, type Counted } from '../../src/store/money/budgets.ts'
import { toModelSpending } from '../../src/store/money/record-spending.ts'
import type { Limit } from '../../src/store/money/reserve-budget.ts'
import { beginAttempt } from '../../src/store/queue/begin-attempt.ts'
import type { Claim } from '../../src/store/queue/claim.ts'
import { settleRun, type SettleRun } from '../../src/store/queue/settle-run.ts'
import { deleteSession } from '../../src/store/sessions/delete-session.ts'
import type { Store } from '../../src/store/store.ts'
import type { AttemptRow } from '../../src/store/tables.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'
import {
  addRun,
  addSession,
  claimOne,
  readRun,
  readSession,
  succeeded,
  toLease,
} from './queue-harness.ts'
import { forEachDatabase } from '../support/stores.ts'

const day = 86_400_000

forEachDatabase((openTestDatabase) => {
  test('what an attempt cost is written once for each model, with the labels of session and run', async () => {
    await using at = await openAt(openTestDatabase)
    const { store } = at
    const session = await addSession(store, { labels: '{"team":"inn","who":"session"}' })
    await addRun(store, session, { labels: '{"who":"run"}' })
    const claim = await claimOne(store)
    const attempt = await begin(store, claim, [])
    const usage = usageOf({ opus: 0.25, haiku: 0.01 })
    await end(store, claim, attempt, { costMicros: 300_000, usage })
    const rows = await store.db.selectFrom('spending').selectAll().orderBy('model').execute()
    expect(rows.map(({ model, cost_micros: cost }) => [model, cost])).toEqual([
      ['', 40_000],
      ['haiku', 10_000],
      ['opus', 250_000],
    ])
    for (const row of rows) {
      expect(JSON.parse(row.labels)).toEqual({ team: 'inn', who: 'run' })
      expect(row).toMatchObject({ attempt_id: attempt.id, session_id: session.id, at: at.now })
    }
  })

  test('a reservation fits, or says in which limit it does not, and goes when the attempt ends', async () => {
    await using at = await openAt(openTestDatabase)
    const { store } = at
    const one = await claimed(store)
    const two = await claimed(store)
    const limits = [limitOf('profile', 5_000_000, at.now), limitOf('all', 1_000_000, at.now)]
    const attempt = await begin(store, one, limits, 700_000)
    await expect(begin(store, two, limits, 700_000)).rejects.toThrow('all: 0 and 700000 of 1000000')
    // Nothing of the one that was refused is left, in no limit.
    expect((await readRun(store, two.run.id)).state).toBe('queued')
    expect(await counted(store, limits)).toEqual([
      { spentMicros: 0, reservedMicros: 700_000, warnedAt: null },
      { spentMicros: 0, reservedMicros: 700_000, warnedAt: null },
    ])
    await end(store, one, attempt, { costMicros: 300_000 })
    await begin(store, two, limits, 700_000)
    expect(await counted(store, limits)).toEqual([
      { spentMicros: 300_000, reservedMicros: 700_000, warnedAt: null },
      { spentMicros: 300_000, reservedMicros: 700_000, warnedAt: null },
    ])
  })

  test('two workers want the last dollar at once: one of them gets it', async () => {
    await using at = await openAt(openTestDatabase)
    const other = await at.openAnother()
    const limits = [limitOf('all', 1_000_000, at.now), limitOf('profile', 9_000_000, at.now)]
    const claims = [await claimed(at.store), await claimed(at.store)]
    const tried = await Promise.allSettled(
      claims.map((claim, index) => begin(index === 0 ? at.store : other, claim, limits, 1_000_000)),
    )
    expect(tried.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await counted(at.store, limits)).toMatchObject([
      { reservedMicros: 1_000_000 },
      { reservedMicros: 1_000_000 },
    ])
  })

  test('a limit that is new knows what was spent before, also by an attempt that ends just then', async () => {
    await using at = await openAt(openTestDatabase)
    const { store } = at
    const other = await at.openAnother()
    for (let round = 0; round < 6; round++) {
      const [ending, beginning] = [await claimed(store), await claimed(store)]
      const attempt = await begin(store, ending, [])
      const limit = { ...limitOf('all', 100_000_000, at.now), scope: `all:${round}` }
      await Promise.all([
        end(other, ending, attempt, { costMicros: 250_000 }),
        begin(store, beginning, [limit], 1),
      ])
      expect(await counted(store, [limit])).toMatchObject([
        { spentMicros: (round + 1) * 250_000, reservedMicros: 1 },
      ])
    }
  })

  test('an attempt counts in the day in which it ends, and gives back to the one in which it began', async () => {
    await using at = await openAt(openTestDatabase)
    const { store } = at
    const today = limitOf('all', 1_000_000, at.now)
    const claim = await claimed(store)
    const attempt = await begin(store, claim, [today], 500_000)
    at.now += day
    const tomorrow = limitOf('all', 1_000_000, at.now)
    await begin(store, await claimed(store), [tomorrow], 200_000)
    await end(store, claim, attempt, { costMicros: 100_000 })
    expect(await counted(store, [today, tomorrow])).toEqual([
      { spentMicros: 0, reservedMicros: 0, warnedAt: null },
      { spentMicros: 100_000, reservedMicros: 200_000, warnedAt: null },
    ])
  })

  test('what a deleted session has cost stays counted', async () => {
    await using at = await openAt(openTestDatabase)
    const { store } = at
    const limit = limitOf('all', 1_000_000, at.now)
    const claim = await claimed(store)
    await end(store, claim, await begin(store, claim, []), { costMicros: 40_000 })
    await store.transact((tx) => deleteSession(tx, claim.session.id))
    expect(await counted(store, [limit])).toMatchObject([{ spentMicros: 40_000 }])
  })

  test('what children cost goes to their parents, also when it comes late', async () => {
    await using at = await openAt(openTestDatabase)
    const { store } = at
    const grandparent = await claimed(store)
    const parent = await claimed(store, { parent_run_id: grandparent.run.id })
    const child = await claimed(store, { parent_run_id: parent.run.id })
    const late = await claimed(store, { parent_run_id: parent.run.id })
    for (const claim of [child, parent, late, grandparent]) {
      await end(store, claim, await begin(store, claim, []), { costMicros: 1000 })
    }
    const costs = await Promise.all(
      [grandparent, parent, child].map(async ({ run }) => {
        const { cost_micros: own, children_cost_micros: children } = await readRun(store, run.id)
        return { own, children }
      }),
    )
    expect(costs).toEqual([
      { own: 1000, children: 3000 },
      { own: 1000, children: 2000 },
      { own: 1000, children: 0 },
    ])
    expect((await readSession(store, parent.session.id)).cost_micros).toBe(1000)
  })
})

test.each([
  ['nothing is said', 5, null, [['', 5]]],
  [
    'rounding',
    3,
    { a: 0.0000014, b: 0.0000014 },
    [
      ['a', 2],
      ['b', 1],
    ],
  ],
  [
    'less than all',
    2_000_000,
    { a: 1.5 },
    [
      ['a', 1_500_000],
      ['', 500_000],
    ],
  ],
  ['free of charge', 0, { a: 0 }, [['a', 0]]],
  ['nothing at all', 0, null, []],
])('the rows of an attempt add up to its cost: %s', (_, costMicros, byModel, expected) => {
  const rows = toModelSpending(costMicros, byModel === null ? null : usageOf(byModel))
  expect(rows.map(({ model, cost_micros: cost }) => [model, cost])).toEqual(expected)
})

type At = AsyncDisposable & { store: Store; now: number; openAnother(): Promise<Store> }

async function openAt(
  openTestDatabase: Parameters<Parameters<typeof forEachDatabase>[0]>[0],
): Promise<At> {
  const database = await openTestDatabase()
  const time = { now: Date.parse('2026-11-20T12:00:00Z') }
  const open = (): Promise<Store> => database.openStore({ clock: () => time.now })
  const store = await open()
  return Object.assign(time, {
    store,
    openAnother: open,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  })
}

async function claimed(store: Store, run: { parent_run_id?: string } = {}): Promise<Claim> {
  await addRun(store, await addSession(store), run)
  return await claimOne(store)
}

function limitOf(kind: 'all' | 'profile', limitMicros: number, at: number): Limit {
  const startsAt = at - (at % day)
  const key = kind === 'all' ? 'all' : 'profile:default'
  return {
    scope: `${key}:${startsAt}`,
    subject: kind === 'all' ? { kind } : { kind, profile: 'default' },
    startsAt,
    endsAt: startsAt + day,
    name: kind,
    limitMicros,
  }
}

async function begin(
  store: Store,
  claim: Claim,
  limits: readonly Limit[],
  amountMicros = 0,
): Promise<AttemptRow> {
  return await beginAttempt(store, toLease(claim), {
    runId: claim.run.id,
    workerId: 'w1',
    attempt: { id: uuidV7(), agentId: null, claudeSessionId: null, logFrom: 0 },
    reservation: {
      limits,
      amountMicros,
      toError: ({ name, limitMicros }, { spentMicros, reservedMicros }) =>
        new Error(`${name}: ${spentMicros} and ${reservedMicros} of ${limitMicros}`),
    },
    events: () => [],
  })
}

async function end(
  store: Store,
  claim: Claim,
  attempt: AttemptRow,
  spent: { costMicros: number; usage?: Usage },
): Promise<void> {
  const ended: NonNullable<SettleRun['attempt']> = {
    id: attempt.id,
    outcome: 'ok',
    error: null,
    exit: null,
    usage: null,
    claudeVersion: null,
    claudeSessionId: null,
    logTo: null,
    ...spent,
  }
  const runId = claim.run.id
  await settleRun(store, toLease(claim), { runId, attempt: ended, to: succeeded, events: [] })
}

async function counted(store: Store, limits: readonly Limit[]): Promise<(Counted | undefined)[]> {
  const budgets = await readBudgets(store, limits)
  return limits.map(({ scope }) => budgets.get(scope))
}

function usageOf(byModel: Record<string, number>): Usage {
  const none = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheCreationTokens: 4 }
  return {
    ...none,
    byModel: Object.fromEntries(
      Object.entries(byModel).map(([model, costUsd]) => [model, { ...none, costUsd }]),
    ),
  }
}
