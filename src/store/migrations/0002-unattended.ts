import type { DialectName } from '../store.ts'

type Types = { int: string; text: string; end: string }

const types: Record<DialectName, Types> = {
  sqlite: { int: 'integer', text: 'text', end: 'strict' },
  postgres: { int: 'bigint', text: 'text collate "C"', end: '' },
}

/** Work that waits for humans, limits, other runs and the clock; money; what agents ask of hostler. */
export function unattended(dialect: DialectName): string[] {
  const t = types[dialect]
  return [...newColumns(t), ...newTables(t), ...newIndexes]
}

function newColumns({ int, text }: Types): string[] {
  const columns = {
    sessions: [
      `granted_rules ${text}`,
      `bypass_until ${int}`,
      `quarantined_at ${int}`,
      `quarantine_reason ${text}`,
    ],
    runs: [
      `depth ${int} not null default 0`,
      `schedule_id ${text}`,
      `review ${int} not null default 0`,
      `on_dependency_failure ${text} not null default 'fail'`,
      `open_dependencies ${int} not null default 0`,
      `not_before ${int}`,
      `continuation ${text}`,
      `progress ${text}`,
      `children_cost_micros ${int} not null default 0`,
    ],
    attempts: [`account_id ${text}`, `api_status ${int}`],
    requests: [`origin ${text} not null default 'agent'`],
    tokens: [`run_id ${text}`],
    accounts: [`label ${text}`, `since ${int}`],
    schedules: [`created_by ${text}`],
  }
  return Object.entries(columns).flatMap(([table, all]) =>
    all.map((column) => `alter table ${table} add column ${column}`),
  )
}

function newTables({ int, text, end }: Types): string[] {
  return [
    `create table run_dependencies (
      run_id ${text} not null, depends_on ${text} not null, ended ${text},
      primary key (run_id, depends_on)
    ) ${end}`,
    `create table spending (
      attempt_id ${text} not null, model ${text} not null, run_id ${text} not null,
      session_id ${text} not null, profile ${text} not null, account_id ${text},
      labels ${text} not null, at ${int} not null, cost_micros ${int} not null,
      input_tokens ${int} not null, output_tokens ${int} not null,
      cache_read_tokens ${int} not null, cache_creation_tokens ${int} not null,
      primary key (attempt_id, model)
    ) ${end}`,
    `create table budgets (
      scope ${text} not null primary key, subject ${text} not null,
      starts_at ${int} not null, ends_at ${int}, spent_micros ${int} not null,
      reserved_micros ${int} not null, warned_at ${int}, updated_at ${int} not null
    ) ${end}`,
    `create table reservations (
      attempt_id ${text} not null, scope ${text} not null, micros ${int} not null,
      primary key (attempt_id, scope)
    ) ${end}`,
    `create table firings (
      schedule_id ${text} not null, at ${int} not null, fired_at ${int} not null,
      what ${text} not null, run_id ${text}, reason ${text}, primary key (schedule_id, at)
    ) ${end}`,
  ]
}

const newIndexes = [
  'create index attempts_open on attempts (session_id) where ended_at is null',
  'create index run_dependencies_on on run_dependencies (depends_on)',
  'create index run_dependencies_ended on run_dependencies (run_id) where ended is not null',
  'create index runs_schedule on runs (schedule_id, state) where schedule_id is not null',
  'create index budgets_subject on budgets (subject, ends_at)',
  'create index reservations_scope on reservations (scope)',
  'create index spending_at on spending (at)',
  'create index spending_session on spending (session_id)',
  'create index tokens_run on tokens (run_id) where run_id is not null',
]
