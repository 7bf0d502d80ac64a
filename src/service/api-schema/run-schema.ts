import { z } from 'zod'
import type { Attempt, NewAttachment, Run, RunFilter, Submission } from '../contract/run.ts'
import type { OnDependencyFailure } from '../contract/run.ts'
import { givenTime, id, labels, line, longMilliseconds, profileName } from './fields.ts'
import { sessionKey, storableText, storedLabels, time, whole } from './fields.ts'
import { outcomeSchema, processExitSchema, turnErrorSchema, usageSchema } from './outcome-schema.ts'
import { profileOptionsSchema } from './profile-options-schema.ts'
import { promptSchema } from './prompt-schema.ts'
import { heldSchema, onBusySchema, runStateSchema, waitingSchema } from './session-schema.ts'
import { workspaceSchema } from './workspace-schema.ts'

const attachment: z.ZodType<NewAttachment> = z.strictObject(
  {
    name: line(255),
    mediaType: line(255),
    data: z.instanceof(Uint8Array, { error: 'bytes (a Uint8Array)' }),
  },
  { error: '{ name, mediaType, data }' },
)

const onDependencyFailure: z.ZodType<OnDependencyFailure> = z.enum(['fail', 'skip', 'run'])

const submissionFields = {
  sessionId: id.exactOptional(),
  key: sessionKey.exactOptional(),
  prompt: promptSchema,
  profile: profileName.exactOptional(),
  workspace: workspaceSchema.exactOptional(),
  options: profileOptionsSchema.exactOptional(),
  labels: labels.exactOptional(),
  priority: whole({ from: -100, to: 100 }).exactOptional(),
  delayMs: longMilliseconds.exactOptional(),
  idempotencyKey: line(255).exactOptional(),
  onBusy: onBusySchema.exactOptional(),
  slashCommands: z.enum(['run', 'literal']).exactOptional(),
  parentRunId: id.exactOptional(),
  dependsOn: z.array(id, { error: 'an array of runs’ ids' }).max(100).exactOptional(),
  onDependencyFailure: onDependencyFailure.exactOptional(),
  review: z.boolean({ error: 'true or false' }).exactOptional(),
}

/** What is submitted, with its files. */
export const submissionSchema: z.ZodType<Submission> = z.strictObject(
  { ...submissionFields, attachments: z.array(attachment).max(50).exactOptional() },
  { error: 'an object with at least { key or sessionId, prompt }' },
)

/** What is submitted without files. */
export const plainSubmissionSchema: z.ZodType<Omit<Submission, 'attachments'>> = z.strictObject(
  submissionFields,
  { error: 'an object with at least { key or sessionId, prompt }' },
)

/** One entry of a batch: `dependsOn` takes names of others as well. Files cannot go with it. */
export type BatchEntry = Omit<Submission, 'attachments' | 'idempotencyKey'> & { name?: string }

const { idempotencyKey: _, ...entryFields } = submissionFields

export const batchEntrySchema: z.ZodType<BatchEntry> = z.strictObject(
  { name: line(100).exactOptional(), ...entryFields },
  { error: 'an object with at least { prompt }' },
)

/** How long an answer over HTTP waits for a run's end: as long as proxies commonly allow. */
export const waitSecondsSchema: z.ZodType<number> = whole({ from: 0, to: 300 }, { unit: 'seconds' })

/** What is submitted as JSON over HTTP: files go beside it, as parts of a multipart body. */
export const submissionBodySchema: z.ZodType<Omit<Submission, 'attachments'> & { wait?: number }> =
  z.strictObject(
    { ...submissionFields, wait: waitSecondsSchema.exactOptional() },
    { error: 'an object with at least { key or sessionId, prompt }' },
  )

export const runFilterSchema: z.ZodType<RunFilter> = z.strictObject(
  {
    sessionId: id.exactOptional(),
    state: z.array(runStateSchema, { error: 'an array of states' }).exactOptional(),
    outcome: z.array(outcomeSchema, { error: 'an array of outcomes' }).exactOptional(),
    profile: profileName.exactOptional(),
    labels: labels.exactOptional(),
    parentRunId: id.exactOptional(),
    scheduleId: id.exactOptional(),
    createdAfter: givenTime.exactOptional(),
    createdBefore: givenTime.exactOptional(),
  },
  { error: 'an object of what to look for' },
)

/** What is to be done otherwise in a result that is sent back. */
export const reviewCommentSchema: z.ZodType<{ comment: string }> = z.strictObject(
  {
    comment: storableText.refine((text) => text.trim() !== '', {
      error: 'a text that says what is to be done otherwise',
    }),
  },
  { error: '{ comment }' },
)

export const attemptSchema: z.ZodType<Attempt> = z.object({
  id: z.string(),
  number: z.number(),
  workerId: z.string(),
  agentId: z.string().nullable(),
  outcome: outcomeSchema.nullable(),
  error: turnErrorSchema.nullable(),
  exit: processExitSchema.nullable(),
  costUsd: z.number().nullable(),
  usage: usageSchema.nullable(),
  model: z.string().nullable(),
  claudeVersion: z.string().nullable(),
  log: z.object({ from: z.number(), to: z.number().nullable() }).nullable(),
  startedAt: time,
  endedAt: time.nullable(),
})

export const runSchema: z.ZodType<Run> = z.object({
  id: z.string(),
  sessionId: z.string(),
  sessionKey: z.string().nullable(),
  ordinal: z.number(),
  state: runStateSchema,
  waiting: waitingSchema.nullable(),
  held: heldSchema.nullable(),
  ahead: z.number().nullable(),
  outcome: outcomeSchema.nullable(),
  text: z.string().nullable(),
  error: turnErrorSchema.nullable(),
  structuredOutput: z.unknown().optional(),
  prompt: promptSchema,
  options: profileOptionsSchema,
  labels: storedLabels,
  priority: z.number(),
  onBusy: onBusySchema,
  idempotencyKey: z.string().nullable(),
  parentRunId: z.string().nullable(),
  depth: z.number(),
  retryOf: z.string().nullable(),
  scheduleId: z.string().nullable(),
  review: z.boolean(),
  dependsOn: z.array(z.string()),
  onDependencyFailure,
  progress: z.object({ text: z.string(), percent: z.number().nullable(), at: time }).nullable(),
  submittedBy: z.string().nullable(),
  cancelRequestedAt: time.nullable(),
  attempts: z.array(attemptSchema),
  costUsd: z.number(),
  childrenCostUsd: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  createdAt: time,
  readyAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
})
