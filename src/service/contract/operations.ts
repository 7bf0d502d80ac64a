import type { Outcome } from '../../events/outcome.ts'
import type { Account } from './account.ts'

import type { BudgetState } from './costs.ts'

/** A live `claude` process. Times are epoch milliseconds. */
export type AgentInfo = {
  id: string
  sessionId: string | null
  workerId: string
  profile: string
  pid: number | null
  claudeVersion: string | null
  state: 'busy' | 'warm' | 'spare' | 'ended'
  memoryBytes: number | null
  startedAt: number
  lastUsedAt: number
  endedAt: number | null
}

/** A hostler process that leases sessions. */
export type WorkerInfo = {
  id: string
  host: string
  pid: number
  version: string
  pools: string[]
  profiles: string[]
  capacity: number
  running: number
  state: 'active' | 'draining' | 'stopped' | 'lost'
  freeMemoryBytes: number | null
  startedAt: number
  heartbeatAt: number
}

export type Scope = 'read' | 'run' | 'answer' | 'admin'

/** Who calls, and what is let to them. */
export type CallerInfo = { actor: string; scopes: Scope[] }

export type Token = {
  id: string
  label: string
  scopes: Scope[]
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
  revokedAt: number | null
}

/** `token` is shown this once; only its hash is kept. */
export type NewToken = { label: string; scopes: Scope[]; expiresInMs?: number }

/** A webhook on its way, or one that never arrived. */
export type Delivery = {
  id: string
  channel: string
  kind: string
  state: 'pending' | 'delivered' | 'dead'
  attempts: number
  nextAt: number | null
  lastError: string | null
  createdAt: number
  deliveredAt: number | null
}

/** One entry of the feed of everything. `cursor` is what `after` takes. */
export type Change = {
  cursor: string
  at: number
  kind: 'session' | 'run' | 'request' | 'agent' | 'worker' | 'account' | 'delivery' | 'schedule'
  subjectId: string
  sessionId: string | null
  /** The subject's state after it; `name` of the profile and the like. */
  data: Record<string, unknown>
}

export type AuditEntry = {
  id: string
  at: number
  actor: string
  action: string
  subjectId: string | null
  detail: Record<string, unknown>
}

export type Status = {
  version: string
  /** Of the store; `false` when it takes no work at present. */
  accepting: boolean
  problem: { code: string; message: string; cure: string } | null
  database: 'sqlite' | 'postgres'
  workers: WorkerInfo[]
  runs: {
    queued: number
    running: number
    waiting: { human: number; children: number; time: number }
  }
  /** Runs that ended in the last 24 hours. */
  outcomes: Partial<Record<Outcome, number>>
  /** Of the day in the configuration's time zone. */
  costTodayUsd: number
  /** Those on money that are used as far as the configuration's `warnAt`, or farther. */
  limits: BudgetState[]
  agents: { busy: number; warm: number; spare: number }
  openRequests: number
  accounts: Account[]
  /** Of the feed: `changes({ after: cursor })` tells what happens after this was read. */
  cursor: string
  now: number
}

/** How much there is of everything at present: what `/metrics` tells besides what it has counted. */
export type Figures = {
  queued: number
  running: number
  waiting: { human: number; children: number; time: number }
  agents: { busy: number; warm: number; spare: number }
  agentMemoryBytes: number
  openRequests: number
  workers: number
  accounts: Account[]
}
