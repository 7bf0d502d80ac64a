import {
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  nat,
  oneof,
  record,
  type Arbitrary,
} from 'fast-check'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { setCancel } from '../../src/store/queue/cancel.ts'
import { checkStore } from '../../src/store/maintenance/check-store.ts'
import { endRun } from '../../src/store/queue/end-run.ts'
import { lockSession } from '../../src/store/queue/lock-sessions.ts'
import { makeReady } from '../../src/store/queue/make-ready.ts'
import type { Store } from '../../src/store/store.ts'
import { tempDir } from '../support/temp-dir.ts'
import { addRun, addSession, claim, failed, readRun, succeeded } from './queue-harness.ts'
import { settleAll } from './settle-all.ts'

type Policy = 'fail' | 'skip' | 'run'
type Step =
  | { do: 'submit'; after: number[]; policy: Policy }
  | { do: 'end'; which: number; isGood: boolean }
  | { do: 'cancel'; which: number }

const step: Arbitrary<Step> = oneof(
  record({
    do: constant('submit' as const),
    after: array(nat(1000), { maxLength: 4 }),
    policy: constantFrom<Policy>('fail', 'skip', 'run'),
  }),
  record({ do: constant('end' as const), which: nat(1000), isGood: boolean() }),
  record({ do: constant('cancel' as const), which: nat(1000) }),
)

type ModelRun = {
  id: string
  state: 'queued' | 'succeeded' | 'failed' | 'cancelled'
  policy: Policy
  after: Set<ModelRun>
}

/** What must be so when all is seen to, said without a queue. */
function settleModel(runs: readonly ModelRun[]): void {
  for (const run of runs) {
    // None depends on a later one, so that one way through is enough.
    if (run.state !== 'queued' || run.policy === 'run') continue
    const isBroken = [...run.after].some(({ state }) => state === 'failed' || state === 'cancelled')
    if (isBroken) run.state = run.policy === 'skip' ? 'cancelled' : 'failed'
  }
}

function openOf({ after }: ModelRun): number {
  return [...after].filter(({ state }) => state === 'queued').length
}

test('whatever is submitted, ends and is cancelled in whatever order: runs are due, and end, as a model says', async () => {
  await using dir = await tempDir()
  let files = 0
  await assert(
    asyncProperty(array(step, { maxLength: 40 }), async (steps) => {
      await using store = await openStore({ path: join(dir.path, `${files++}.db`) })
      const runs: ModelRun[] = []
      for (const one of steps) {
        await play(store, runs, one)
        await settleAll(store)
        settleModel(runs)
      }
      for (const run of runs) {
        const row = await readRun(store, run.id)
        expect(row.state).toBe(run.state)
        if (run.state === 'queued') expect(row.open_dependencies).toBe(openOf(run))
      }
      const due = runs.filter((run) => run.state === 'queued' && openOf(run) === 0)
      const claims = await claim(store, { limit: 100 })
      expect(claims.map((one) => one.run.id).toSorted()).toEqual(due.map(({ id }) => id).toSorted())
      expect((await checkStore(store)).findings).toEqual([])
    }),
    { numRuns: 25 },
  )
}, 120_000)

async function play(store: Store, runs: ModelRun[], one: Step): Promise<void> {
  if (one.do === 'submit') {
    const after = new Set(
      one.after.flatMap((n) => (runs.length === 0 ? [] : (runs[n % runs.length] ?? []))),
    )
    const row = await addRun(store, await addSession(store), {
      dependsOn: [...after].map(({ id }) => id),
      on_dependency_failure: one.policy,
    })
    runs.push({ id: row.id, state: 'queued', policy: one.policy, after })
    return
  }
  const open = runs.filter((run) => run.state === 'queued')
  const wanted = one.do === 'end' ? open.filter((run) => openOf(run) === 0) : open
  const run = wanted[one.which % Math.max(1, wanted.length)]
  if (run === undefined) return
  if (one.do === 'cancel') {
    await store.transact((tx) => setCancel(tx, run.id, 'local'))
    run.state = 'cancelled'
    return
  }
  const row = await readRun(store, run.id)
  await store.transact(async (tx) => {
    const session = await lockSession(tx, row.session_id)
    await endRun(tx, { session, run: row, end: one.isGood ? succeeded : failed })
    await makeReady(tx, session)
  })
  run.state = one.isGood ? 'succeeded' : 'failed'
}
