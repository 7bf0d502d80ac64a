import { z } from 'zod'
import type { ServiceEvent } from '../../events/session-event.ts'
import { time } from './fields.ts'
import { outcomeSchema, turnErrorSchema } from './outcome-schema.ts'
import { waitingOnSchema } from './session-schema.ts'

/** What becomes of a session and its runs. */
export const serviceEventSchema: z.ZodType<ServiceEvent> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('session_created'),
    profile: z.string(),
    parentId: z.string().nullable(),
  }),
  z.object({ type: z.literal('session_changed'), fields: z.array(z.string()) }),
  z.object({ type: z.literal('session_archived') }),
  z.object({
    type: z.literal('run_queued'),
    prompt: z.string(),
    ahead: z.number(),
    readyAt: time,
    retryOf: z.string().nullable(),
  }),
  z.object({
    type: z.literal('run_started'),
    attempt: z.number(),
    attemptId: z.string(),
    agentId: z.string(),
    workerId: z.string(),
    agent: z.enum(['warm', 'spare', 'new', 'resumed', 'attached']),
  }),
  z.object({
    type: z.literal('run_waiting'),
    on: waitingOnSchema,
    until: time.nullable(),
    reason: z.string(),
  }),
  z.object({ type: z.literal('run_continued') }),
  z.object({
    type: z.literal('attempt_ended'),
    attempt: z.number(),
    attemptId: z.string(),
    outcome: outcomeSchema,
    error: turnErrorSchema.nullable(),
    costUsd: z.number().nullable(),
  }),
  z.object({
    type: z.literal('run_progress'),
    text: z.string(),
    percent: z.number().nullable(),
  }),
  z.object({
    type: z.literal('task_created'),
    taskRunId: z.string(),
    taskSessionId: z.string(),
    title: z.string(),
  }),
  z.object({
    type: z.literal('permission_decided'),
    toolName: z.string(),
    toolUseId: z.string(),
    decision: z.enum(['allow', 'deny']),
    by: z.enum(['profile', 'session', 'bypass']),
    rule: z.string(),
  }),
  z.object({
    type: z.literal('budget_warning'),
    limit: z.string(),
    spentUsd: z.number(),
    limitUsd: z.number(),
  }),
  z.object({ type: z.literal('session_quarantined'), reason: z.string() }),
  z.object({ type: z.literal('session_released'), by: z.string() }),
  z.object({ type: z.literal('run_cancelling'), by: z.string() }),
  z.object({
    type: z.literal('run_ended'),
    state: z.enum(['succeeded', 'failed', 'cancelled']),
    outcome: outcomeSchema,
    text: z.string(),
    error: turnErrorSchema.nullable(),
    costUsd: z.number(),
    durationMs: z.number(),
  }),
])
