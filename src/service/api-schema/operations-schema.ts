import { z } from 'zod'
import type { AgentInfo, AuditEntry, CallerInfo, Change, Delivery } from '../contract/operations.ts'
import type { NewToken, Scope, Status, Token, WorkerInfo } from '../contract/operations.ts'
import { accountSchema } from './account-schema.ts'
import { budgetStateSchema } from './costs-schema.ts'
import { anyObject, line, longMilliseconds, time } from './fields.ts'
import { outcomes } from '../../events/outcome.ts'

export const agentInfoSchema: z.ZodType<AgentInfo> = z.object({
  id: z.string(),
  sessionId: z.string().nullable(),
  workerId: z.string(),
  profile: z.string(),
  pid: z.number().nullable(),
  claudeVersion: z.string().nullable(),
  state: z.enum(['busy', 'warm', 'spare', 'ended']),
  memoryBytes: z.number().nullable(),
  startedAt: time,
  lastUsedAt: time,
  endedAt: time.nullable(),
})

export const workerInfoSchema: z.ZodType<WorkerInfo> = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number(),
  version: z.string(),
  pools: z.array(z.string()),
  profiles: z.array(z.string()),
  capacity: z.number(),
  running: z.number(),
  state: z.enum(['active', 'draining', 'stopped', 'lost']),
  freeMemoryBytes: z.number().nullable(),
  startedAt: time,
  heartbeatAt: time,
})

export const scopeSchema: z.ZodType<Scope> = z.enum(['read', 'run', 'answer', 'admin'])

export const callerInfoSchema: z.ZodType<CallerInfo> = z.object({
  actor: z.string(),
  scopes: z.array(scopeSchema),
})

export const newTokenSchema: z.ZodType<NewToken> = z.strictObject(
  {
    label: line(200),
    scopes: z
      .array(scopeSchema, { error: 'an array of "read", "run", "answer", "admin"' })
      .min(1, { error: 'at least one scope' }),
    expiresInMs: longMilliseconds.exactOptional(),
  },
  { error: '{ label, scopes, expiresInMs? }' },
)

const tokenFields = {
  id: z.string(),
  label: z.string(),
  scopes: z.array(scopeSchema),
  createdAt: time,
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable(),
  revokedAt: time.nullable(),
}

export const tokenSchema: z.ZodType<Token> = z.object(tokenFields)

/** The one answer in which a token's text is. */
export const createdTokenSchema: z.ZodType<Token & { token: string }> = z.object({
  ...tokenFields,
  token: z.string(),
})

const deliveryState = z.enum(['pending', 'delivered', 'dead'])

export const deliveryFilterSchema: z.ZodType<{ state?: Delivery['state'] }> = z.strictObject(
  { state: deliveryState.exactOptional() },
  { error: 'an object of what to look for' },
)

export const deliverySchema: z.ZodType<Delivery> = z.object({
  id: z.string(),
  channel: z.string(),
  kind: z.string(),
  state: deliveryState,
  attempts: z.number(),
  nextAt: time.nullable(),
  lastError: z.string().nullable(),
  createdAt: time,
  deliveredAt: time.nullable(),
})

export const changeSchema: z.ZodType<Change> = z.object({
  cursor: z.string(),
  at: time,
  kind: z.enum(['session', 'run', 'request', 'agent', 'worker', 'account', 'delivery', 'schedule']),
  subjectId: z.string(),
  sessionId: z.string().nullable(),
  data: anyObject,
})

export const auditEntrySchema: z.ZodType<AuditEntry> = z.object({
  id: z.string(),
  at: time,
  actor: z.string(),
  action: z.string(),
  subjectId: z.string().nullable(),
  detail: anyObject,
})

export const statusSchema: z.ZodType<Status> = z.object({
  version: z.string(),
  accepting: z.boolean(),
  problem: z.object({ code: z.string(), message: z.string(), cure: z.string() }).nullable(),
  database: z.enum(['sqlite', 'postgres']),
  workers: z.array(workerInfoSchema),
  runs: z.object({
    queued: z.number(),
    running: z.number(),
    waiting: z.object({ human: z.number(), children: z.number(), time: z.number() }),
  }),
  outcomes: z.partialRecord(z.enum(outcomes), z.number()),
  costTodayUsd: z.number(),
  limits: z.array(budgetStateSchema),
  agents: z.object({ busy: z.number(), warm: z.number(), spare: z.number() }),
  openRequests: z.number(),
  accounts: z.array(accountSchema),
  cursor: z.string(),
  now: time,
})
