import { z } from 'zod'
import type { RunState, WaitingOn } from '../../events/session-event.ts'
import type { Held, NewFork, NewSession, OnBusy, Session } from '../contract/session.ts'
import type { SessionChange, SessionFilter, Waiting } from '../contract/session.ts'
import { id, labels, line, milliseconds, profileName, sessionKey } from './fields.ts'
import { storedLabels, time, title } from './fields.ts'
import { profileOptionsSchema } from './profile-options-schema.ts'
import { workspaceSchema } from './workspace-schema.ts'

export const onBusySchema: z.ZodType<OnBusy> = z.enum(['queue', 'interrupt', 'steer'])

export const runStateSchema: z.ZodType<RunState> = z.enum([
  'queued',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'cancelled',
])

export const waitingOnSchema: z.ZodType<WaitingOn> = z.enum(['human', 'children', 'time'])

export const waitingSchema: z.ZodType<Waiting> = z.object({
  on: waitingOnSchema,
  until: time.nullable(),
  reason: z.string(),
})

export const heldSchema: z.ZodType<Held> = z.object({
  by: z.enum(['human', 'children', 'time', 'dependencies', 'account', 'budget', 'quarantine']),
  until: time.nullable(),
  reason: z.string(),
})

const sessionState = z.enum(['active', 'archived'])

export const newSessionSchema: z.ZodType<NewSession> = z.strictObject(
  {
    key: sessionKey.exactOptional(),
    title: title.exactOptional(),
    profile: profileName.exactOptional(),
    workspace: workspaceSchema.exactOptional(),
    options: profileOptionsSchema.exactOptional(),
    labels: labels.exactOptional(),
    onBusy: onBusySchema.exactOptional(),
  },
  { error: 'an object' },
)

export const sessionChangeSchema: z.ZodType<SessionChange> = z.strictObject(
  {
    key: sessionKey.nullable().exactOptional(),
    title: title.nullable().exactOptional(),
    profile: profileName.exactOptional(),
    options: profileOptionsSchema.exactOptional(),
    labels: labels.exactOptional(),
    onBusy: onBusySchema.exactOptional(),
    bypassForMs: milliseconds.nullable().exactOptional(),
    quarantined: z.literal(false, { error: 'false, to let the session go on' }).exactOptional(),
    grantedRules: z.tuple([], { error: '[], to take back all of them' }).exactOptional(),
  },
  { error: 'an object of what is to change' },
)

export const newForkSchema: z.ZodType<NewFork> = z.strictObject(
  {
    key: sessionKey.exactOptional(),
    title: title.exactOptional(),
    labels: labels.exactOptional(),
    afterRun: id.exactOptional(),
  },
  { error: 'an object' },
)

export const sessionFilterSchema: z.ZodType<SessionFilter> = z.strictObject(
  {
    search: line(500).exactOptional(),
    state: sessionState.exactOptional(),
    profile: profileName.exactOptional(),
    parentId: id.exactOptional(),
    labels: labels.exactOptional(),
    busy: z.boolean({ error: 'true or false' }).exactOptional(),
  },
  { error: 'an object of what to look for' },
)

export const sessionSchema: z.ZodType<Session> = z.object({
  id: z.string(),
  key: z.string().nullable(),
  title: z.string().nullable(),
  profile: z.string(),
  workspace: workspaceSchema,
  cwd: z.string().nullable(),
  options: profileOptionsSchema,
  labels: storedLabels,
  onBusy: onBusySchema,
  state: sessionState,
  claudeSessionId: z.string().nullable(),
  parentId: z.string().nullable(),
  forkedAfter: z.string().nullable(),
  currentRun: z
    .object({ id: z.string(), state: runStateSchema, waiting: waitingSchema.nullable() })
    .nullable(),
  queuedRuns: z.number(),
  held: heldSchema.nullable(),
  bypassUntil: time.nullable(),
  grantedRules: z.array(z.string()),
  totals: z.object({
    runs: z.number(),
    costUsd: z.number(),
    inputTokens: z.number(),
    outputTokens: z.number(),
    durationMs: z.number(),
  }),
  lastSeq: z.number(),
  firstSeq: z.number(),
  workerId: z.string().nullable(),
  createdAt: time,
  updatedAt: time,
})
