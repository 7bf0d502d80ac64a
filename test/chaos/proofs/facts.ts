import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { checkStore, type StoreCheck } from '../../../src/store/maintenance/check-store.ts'
import { openStore } from '../../../src/store/open-store.ts'
import type {
  AgentRow,
  AttemptRow,
  BudgetRow,
  EventRow,
  FiringRow,
  RequestRow,
  RunDependenciesTable,
  RunRow,
  ScheduleRow,
  SessionRow,
  SpendingRow,
} from '../../../src/store/tables.ts'
import type { ChaosWorld } from '../world.ts'

/** What is on record when all is over. */
export type Facts = {
  sessions: SessionRow[]
  runs: RunRow[]
  attempts: AttemptRow[]
  agents: AgentRow[]
  /** In the order of their sessions' logs. */
  events: EventRow[]
  requests: RequestRow[]
  dependencies: RunDependenciesTable[]
  schedules: ScheduleRow[]
  firings: FiringRow[]
  spending: SpendingRow[]
  budgets: BudgetRow[]
  /** How many are left. */
  reservations: number
  check: StoreCheck
  /** Agents' folders that are there still. */
  folders: { place: string; id: string }[]
}

/** Reads all of it, past hostler. */
export async function readFacts(world: ChaosWorld): Promise<Facts> {
  await using store = await openStore(world.where)
  const { db } = store
  const folders = []
  for (const { name, dataDir } of world.places) {
    const ids = await readdir(join(dataDir, 'agents')).catch(() => [])
    folders.push(...ids.map((id) => ({ place: name, id })))
  }
  return {
    sessions: await db.selectFrom('sessions').selectAll().orderBy('id').execute(),
    runs: await db.selectFrom('runs').selectAll().orderBy('id').execute(),
    attempts: await db.selectFrom('attempts').selectAll().orderBy('id').execute(),
    agents: await db.selectFrom('agents').selectAll().orderBy('id').execute(),
    events: await db
      .selectFrom('events')
      .selectAll()
      .orderBy('session_id')
      .orderBy('seq')
      .execute(),
    requests: await db.selectFrom('requests').selectAll().orderBy('id').execute(),
    dependencies: await db.selectFrom('run_dependencies').selectAll().execute(),
    schedules: await db.selectFrom('schedules').selectAll().orderBy('name').execute(),
    firings: await db.selectFrom('firings').selectAll().orderBy('at').execute(),
    spending: await db.selectFrom('spending').selectAll().execute(),
    budgets: await db.selectFrom('budgets').selectAll().orderBy('scope').execute(),
    reservations: (await db.selectFrom('reservations').select('scope').execute()).length,
    check: await checkStore(store),
    folders,
  }
}

/** The prompt's first word: its name in the mix. */
export function nameOf(run: RunRow): string {
  return run.prompt_text.split(' ')[0] ?? ''
}
