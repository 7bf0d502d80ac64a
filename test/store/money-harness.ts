import type { Usage } from '../../src/events/turn-result.ts'
import { readBudgets, type Counted } from '../../src/store/money/budgets.ts'
import type { Limit } from '../../src/store/money/reserve-budget.ts'
import { beginAttempt } from '../../src/store/queue/begin-attempt.ts'
import type { Claim } from '../../src/store/queue/claim.ts'
import { settleRun, type SettleRun } from '../../src/store/queue/settle-run.ts'
import type { Store } from '../../src/store/store.ts'
import type { AttemptRow } from '../../src/store/tables.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'
import type { OpenTestDatabase } from '../support/stores.ts'
import { addRun, addSession, claimOne, succeeded, toLease } from './queue-harness.ts'

export const day = 86_400_000

/** A store whose time stands still until it is put on. */
export type At = AsyncDisposable & { store: Store; now: number; openAnother(): Promise<Store> }

export async function openAt(openTestDatabase: OpenTestDatabase): Promise<At> {
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

export async function claimed(store: Store, run: { parent_run_id?: string } = {}): Promise<Claim> {
  await addRun(store, await addSession(store), run)
  return await claimOne(store)
}

export function limitOf(kind: 'all' | 'profile', limitMicros: number, at: number): Limit {
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

export async function begin(
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

export async function end(
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

export async function counted(
  store: Store,
  limits: readonly Limit[],
): Promise<(Counted | undefined)[]> {
  const budgets = await readBudgets(store, limits)
  return limits.map(({ scope }) => budgets.get(scope))
}

export function usageOf(byModel: Record<string, number>): Usage {
  const none = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheCreationTokens: 4 }
  return {
    ...none,
    byModel: Object.fromEntries(
      Object.entries(byModel).map(([model, costUsd]) => [model, { ...none, costUsd }]),
    ),
  }
}
