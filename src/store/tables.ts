import type { Generated, Selectable } from 'kysely'

/**
 * The tables, as both databases have them. Portable types only: times are epoch milliseconds, money is
 * micro-dollars, JSON is text, booleans are 0 and 1, ids are UUIDv7 texts.
 */
export type Tables = {
  workers: WorkersTable
  sessions: SessionsTable
  runs: RunsTable
  run_dependencies: RunDependenciesTable
  attempts: AttemptsTable
  agents: AgentsTable
  events: EventsTable
  changes: ChangesTable
  requests: RequestsTable
  chunks: ChunksTable
  attachments: AttachmentsTable
  accounts: AccountsTable
  spending: SpendingTable
  budgets: BudgetsTable
  reservations: ReservationsTable
  schedules: SchedulesTable
  firings: FiringsTable
  chat_bindings: ChatBindingsTable
  inbound: InboundTable
  outbox: OutboxTable
  tokens: TokensTable
  audit: AuditTable
}

/** A process that leases sessions. The id is kept in its data folder and outlives the process. */
export type WorkersTable = {
  id: string
  host: string
  pid: number
  version: string
  /** JSON array of texts. */
  pools: string
  /** JSON array: the folders under which this worker serves path workspaces. */
  paths: string
  /** JSON array of names. */
  profiles: string
  capacity: number
  state: 'active' | 'draining' | 'stopped'
  started_at: number
  heartbeat_at: number
  /** JSON: free memory, warm agents and the like, for those who look. */
  info: string
}

/** A conversation; its row is the ticket in the queue and the lock as well. */
export type SessionsTable = {
  id: string
  key: string | null
  title: string | null
  profile: string
  /** JSON: what is asked for, a path or a git source. */
  workspace: string
  /** The folder, once there is one. */
  cwd: string | null
  /** What two sessions may not have running at once: the folder's real path; null when they may. */
  workspace_lock: string | null
  /** JSON: what this session has other than its profile. */
  options: string
  /** JSON object of texts. */
  labels: string
  on_busy: 'queue' | 'interrupt' | 'steer' | null
  state: 'active' | 'archived'
  claude_session_id: string | null
  parent_id: string | null
  /** The run after which this one branched off: its parent's, or an earlier ancestor's; null: before any. */
  forked_after: string | null
  created_at: number
  updated_at: number

  pool: string
  priority: number
  /** When it may be claimed; null: not before somebody wakes it. */
  ready_at: number | null
  owner: string | null
  lease_until: number | null
  fence: number
  /** The worker that has its agent and files. */
  home_worker: string | null

  last_seq: number
  next_ordinal: number
  run_count: number
  cost_micros: number
  input_tokens: number
  output_tokens: number
  duration_ms: number
  /** Stored bytes of its events, and the seq before which they were removed. */
  event_bytes: number
  first_seq: number
  /** JSON: permission rules that a human has granted for the rest of the session; null: none. */
  granted_rules: string | null
  /** Until then what it asks permission for is allowed without a human; epoch milliseconds. */
  bypass_until: number | null
  /** The API refuses its conversation every time: nothing starts until somebody lets it. */
  quarantined_at: number | null
  quarantine_reason: string | null
}

export type RunsTable = {
  id: string
  session_id: string
  /** 1, 2, 3… in its session. */
  ordinal: number
  state: 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled'
  /** JSON: a text, or content blocks. */
  prompt: string
  /** The first 4,000 characters of its text. */
  prompt_text: string
  /** The uuid that every attempt sends it with. */
  prompt_id: string
  slash_commands: 'run' | 'literal'
  /** JSON: what this run has other than its session. */
  options: string
  labels: string
  priority: number
  ready_at: number
  /** What the submitter wanted when the session is busy. */
  on_busy: 'queue' | 'interrupt' | 'steer'
  /** Unique for each submitter. */
  idempotency_key: string | null
  /** SHA-256 of what was submitted under that key. */
  idempotency_hash: string | null
  parent_run_id: string | null
  /** 0 for a run that no agent has made, else one more than its parent's. */
  depth: number
  retry_of: string | null
  schedule_id: string | null
  /** 1: a human looks at its result before it counts as succeeded. */
  review: number
  /** What becomes of it when a run that it depends on does not succeed. */
  on_dependency_failure: 'fail' | 'skip' | 'run'
  /** Of the runs that it depends on, how many have not ended; it is not due before they have. */
  open_dependencies: number
  /** When it is due once they have ended, if that is later; null for a run that depends on none. */
  not_before: number | null
  /**
   * JSON: a prompt that goes on where an attempt was parked, such as the answer of a human. It is sent
   * under `prompt_id` in place of `prompt`; null: `prompt` itself. '' while it waits so, and the prompt is
   * yet to be made.
   */
  continuation: string | null
  /** JSON: what its agent has reported last. */
  progress: string | null
  waiting_on: 'human' | 'children' | 'time' | null
  waiting_until: number | null
  waiting_reason: string | null
  cancel_requested_at: number | null
  cancel_requested_by: string | null
  /** Set when the current turn is to be interrupted, without cancelling the run's session. */
  interrupt_requested_at: number | null
  submitted_by: string | null
  attempt_count: number
  outcome: string | null
  text: string | null
  /** JSON: a TurnError. */
  error: string | null
  /** JSON. */
  structured_output: string | null
  /** How long the session's transcript was at its end, in bytes: where a fork cuts it. */
  transcript_bytes: number | null
  cost_micros: number
  /** What its ended children, and theirs, have cost. */
  children_cost_micros: number
  input_tokens: number
  output_tokens: number
  created_at: number
  started_at: number | null
  ended_at: number | null
}

/** A run that is not due before another one has ended. */
export type RunDependenciesTable = {
  run_id: string
  depends_on: string
  /** What the other one came to, until it is seen to what that means for the run; then null again. */
  ended: 'succeeded' | 'failed' | 'cancelled' | null
}

export type AttemptsTable = {
  id: string
  run_id: string
  session_id: string
  number: number
  worker_id: string
  agent_id: string | null
  fence: number
  /** The login that it used. */
  account_id: string | null
  outcome: string | null
  error: string | null
  /** HTTP status of the API error that ended it. */
  api_status: number | null
  /** JSON: a ProcessExit. */
  exit: string | null
  cost_micros: number | null
  /** JSON: a Usage. */
  usage: string | null
  model: string | null
  claude_version: string | null
  claude_session_id: string | null
  /** The part of the agent's out.jsonl that belongs to it, in bytes. */
  log_from: number | null
  log_to: number | null
  started_at: number
  ended_at: number | null
}

export type AgentsTable = {
  id: string
  /** null: a spare. */
  session_id: string | null
  worker_id: string
  /** Its folder, on the worker's machine. */
  dir: string
  profile: string
  /** What it was started with; another one means that it must be replaced. */
  options_hash: string
  fence: number
  pid: number | null
  claude_version: string | null
  state: 'live' | 'ended'
  /** The place in out.jsonl up to which its events are in the session's log: an offset, and how many events of that line. */
  events_offset: number
  events_at_offset: number
  /** How many bytes of out.jsonl the chunks hold. */
  log_stored: number
  memory_bytes: number | null
  started_at: number
  last_used_at: number
  ended_at: number | null
  /** Somebody wants it ended; its worker does that when it is not at work. */
  stop_requested_at: number | null
}

/** One row an event; (session_id, seq) is the key, without a gap. */
export type EventsTable = {
  session_id: string
  seq: number
  at: number
  run_id: string | null
  type: string
  /** JSON: the event without what the columns say. */
  data: string
}

/**
 * What happened anywhere, for those who watch everything. `tx` is PostgreSQL's transaction id: readers
 * stop before the oldest one under way, so that rows that commit late are not skipped. 0 on SQLite.
 */
export type ChangesTable = {
  id: Generated<number>
  /** Filled by the database itself, as the column's default. */
  tx: Generated<number>
  at: number
  kind: 'session' | 'run' | 'request' | 'agent' | 'worker' | 'account' | 'delivery' | 'schedule'
  subject_id: string
  session_id: string | null
  /** JSON: the subject's state after it. */
  data: string
}

export type RequestsTable = {
  /** The id that hostler gave; the CLI's own is in `data`. */
  id: string
  /** The CLI's id, unique in its agent. */
  control_id: string
  session_id: string
  run_id: string
  attempt_id: string | null
  agent_id: string | null
  kind: 'permission' | 'question' | 'plan' | 'elicitation' | 'review'
  /**
   * Who takes the answer: `agent`: the CLI, over the control protocol; `tool`: a call of the MCP tool
   * ask_human, or of the HTTP API of agents; `file`: a question file; `review`: hostler itself.
   */
  origin: 'agent' | 'tool' | 'file' | 'review'
  /** JSON: a HumanRequest. */
  data: string
  state: 'open' | 'answered' | 'expired' | 'withdrawn'
  opened_at: number
  expires_at: number | null
  closed_at: number | null
  answered_by: string | null
  /** JSON. */
  answer: string | null
  /** 1: the agent has got the answer; 2: it was told in a prompt, and may ask again; 0: neither. */
  delivered: number
}

/** Pieces of a growing file (gzip): an agent's log, a session's transcript, a bundle of git commits. */
export type ChunksTable = {
  kind: 'log' | 'transcript' | 'bundle' | 'attachment'
  /** The agent's id, the session's, or the attachment's. */
  owner_id: string
  /**
   * For transcripts `<claude session id>/<writing>`, for bundles `work/<writing>`: a file that is written
   * anew is told from the one before it. Else ''.
   */
  name: string
  /** Uncompressed: where it begins, and how long it is. */
  offset: number
  bytes: number
  created_at: number
  data: Uint8Array
}

export type AttachmentsTable = {
  id: string
  run_id: string | null
  name: string
  media_type: string
  bytes: number
  created_at: number
}

/** A login whose limit or failure concerns all sessions that use it. */
export type AccountsTable = {
  id: string
  /** For people: how it logs in, and the last characters of a hash of its secret. */
  label: string | null
  /** `parked`: a usage limit; `tripped`: the API fails again and again; `refused`: the login. */
  state: 'ok' | 'parked' | 'tripped' | 'refused'
  /** When the next turn may try; null: when somebody says so. */
  parked_until: number | null
  reason: string | null
  /** In a row. */
  failures: number
  since: number | null
  updated_at: number
}

/** What an attempt cost with each model: once, when it ended. */
export type SpendingTable = {
  attempt_id: string
  /** '' where the CLI did not tell. */
  model: string
  run_id: string
  session_id: string
  profile: string
  account_id: string | null
  /** JSON: those of the session with those of the run. */
  labels: string
  at: number
  cost_micros: number
  input_tokens: number
  output_tokens: number
  cache_read_tokens: number
  cache_creation_tokens: number
}

/** What a limit on money has counted: settled, and set aside for attempts under way. */
export type BudgetsTable = {
  /** Its subject and its day, with the time zone: `profile:review:2026-11-20@UTC`; or `session:<id>`. */
  scope: string
  /** What counts in it: `all`, `profile:<name>`, `label:<name>=<value>`, `session:<id>`. */
  subject: string
  /** Attempts that end then or later count. */
  starts_at: number
  /** And before then; null: for ever. */
  ends_at: number | null
  spent_micros: number
  reserved_micros: number
  /** When the warning was given. */
  warned_at: number | null
  updated_at: number
}

/** What an attempt under way has set aside of each limit; goes when it ends. */
export type ReservationsTable = {
  attempt_id: string
  scope: string
  micros: number
}

export type SchedulesTable = {
  id: string
  name: string
  cron: string
  timezone: string
  state: 'active' | 'paused'
  /** JSON: what is submitted. */
  submission: string
  /** JSON: catch-up and overlap. */
  policy: string
  next_at: number | null
  last_at: number | null
  last_run_id: string | null
  created_by: string | null
  created_at: number
  updated_at: number
}

/** What became of each time of a schedule. */
export type FiringsTable = {
  schedule_id: string
  /** The time that it was due. */
  at: number
  fired_at: number
  what: 'run' | 'skipped' | 'missed'
  run_id: string | null
  reason: string | null
}

export type ChatBindingsTable = {
  id: string
  platform: string
  chat_id: string
  session_id: string | null
  /** JSON. */
  data: string
  created_at: number
  updated_at: number
}

/** What came in from outside, by the sender's own id: done once. */
export type InboundTable = {
  source: string
  external_id: string
  received_at: number
  /** JSON. */
  data: string
  handled_at: number | null
}

/** What must reach somebody outside: webhooks, chat messages. */
export type OutboxTable = {
  id: string
  /** `webhook:<name>`, `chat:<platform>`. */
  channel: string
  /** Deliveries of one lane go out in order. */
  lane: string
  kind: string
  /** JSON. */
  payload: string
  state: 'pending' | 'delivered' | 'dead'
  attempts: number
  next_at: number
  owner: string | null
  lease_until: number | null
  last_error: string | null
  receipt: string | null
  created_at: number
  delivered_at: number | null
}

export type TokensTable = {
  id: string
  label: string
  /** SHA-256 of the token, in hex. */
  hash: string
  /** JSON array. */
  scopes: string
  /** The run whose agent has it: it dies with that. */
  run_id: string | null
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  revoked_at: number | null
}

export type AuditTable = {
  id: string
  at: number
  /** `token:<id>`, `local`, `agent:<run id>`, `chat:<platform>:<user>`. */
  actor: string
  action: string
  subject_id: string | null
  /** JSON. */
  detail: string
}

/** A row as it is read. */
export type WorkerRow = Selectable<WorkersTable>
export type SessionRow = Selectable<SessionsTable>
export type RunRow = Selectable<RunsTable>
export type AttemptRow = Selectable<AttemptsTable>
export type AgentRow = Selectable<AgentsTable>
export type EventRow = Selectable<EventsTable>
export type RequestRow = Selectable<RequestsTable>
export type AccountRow = Selectable<AccountsTable>
export type OutboxRow = Selectable<OutboxTable>
export type TokenRow = Selectable<TokensTable>
export type ScheduleRow = Selectable<SchedulesTable>
export type FiringRow = Selectable<FiringsTable>
export type BudgetRow = Selectable<BudgetsTable>
export type SpendingRow = Selectable<SpendingTable>
export type AuditRow = Selectable<AuditTable>
export type AttachmentRow = Selectable<AttachmentsTable>
