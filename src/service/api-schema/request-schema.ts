import { z } from 'zod'
import type { ElicitationRequest, HumanRequest } from '../../events/human-request.ts'
import type { ReviewRequest } from '../../events/human-request.ts'
import type { PermissionRequest, PlanRequest } from '../../events/human-request.ts'
import type { QuestionRequest } from '../../events/human-request.ts'
import type { RequestAnswer, RequestFilter, StoredRequest } from '../contract/request.ts'
import { anyObject, id, time } from './fields.ts'
import { outcomeSchema, turnErrorSchema } from './outcome-schema.ts'

const base = { id: z.string(), openedAt: time }

const permission: z.ZodType<PermissionRequest> = z.object({
  ...base,
  kind: z.literal('permission'),
  toolName: z.string(),
  toolUseId: z.string(),
  input: anyObject,
  description: z.string(),
  blockedPath: z.string().nullable(),
  suggestions: z.array(anyObject),
})

const question: z.ZodType<QuestionRequest> = z.object({
  ...base,
  kind: z.literal('question'),
  toolUseId: z.string(),
  questions: z.array(
    z.object({
      question: z.string(),
      header: z.string(),
      options: z.array(z.object({ label: z.string(), description: z.string() })),
      multiSelect: z.boolean(),
    }),
  ),
  input: anyObject,
})

const plan: z.ZodType<PlanRequest> = z.object({
  ...base,
  kind: z.literal('plan'),
  toolUseId: z.string(),
  plan: z.string(),
  planFilePath: z.string().nullable(),
  input: anyObject,
})

const elicitation: z.ZodType<ElicitationRequest> = z.object({
  ...base,
  kind: z.literal('elicitation'),
  serverName: z.string(),
  message: z.string(),
  requestedSchema: anyObject.nullable(),
  url: z.string().nullable(),
  input: anyObject,
})

const review: z.ZodType<ReviewRequest> = z.object({
  ...base,
  kind: z.literal('review'),
  outcome: outcomeSchema,
  text: z.string(),
  error: turnErrorSchema.nullable(),
})

export const humanRequestSchema: z.ZodType<HumanRequest> = z.union([
  permission,
  question,
  plan,
  elicitation,
  review,
])

/** All shapes of answers; which of them a request takes follows from its kind. */
export const requestAnswerSchema: z.ZodType<RequestAnswer> = z.union(
  [
    z.strictObject({
      behavior: z.literal('allow'),
      updatedInput: anyObject.exactOptional(),
      updatedPermissions: z.array(anyObject).exactOptional(),
      scope: z.enum(['once', 'session']).exactOptional(),
    }),
    z.strictObject({
      behavior: z.literal('deny'),
      message: z.string().min(1),
      interrupt: z.boolean().exactOptional(),
    }),
    z.strictObject({ action: z.literal('accept'), content: anyObject.exactOptional() }),
    z.strictObject({ action: z.literal('decline') }),
    z.strictObject({ action: z.literal('cancel') }),
  ],
  { error: '{ behavior: "allow" }, { behavior: "deny", message } or { action }' },
)

const requestState = z.enum(['open', 'answered', 'expired', 'withdrawn'])

export const requestFilterSchema: z.ZodType<RequestFilter> = z.strictObject(
  {
    sessionId: id.exactOptional(),
    runId: id.exactOptional(),
    state: requestState.exactOptional(),
  },
  { error: 'an object of what to look for' },
)

export const storedRequestSchema: z.ZodType<StoredRequest> = z.object({
  id: z.string(),
  sessionId: z.string(),
  sessionKey: z.string().nullable(),
  runId: z.string(),
  origin: z.enum(['agent', 'tool', 'file', 'review']),
  kind: z.enum(['permission', 'question', 'plan', 'elicitation', 'review']),
  request: humanRequestSchema,
  state: requestState,
  openedAt: time,
  expiresAt: time.nullable(),
  closedAt: time.nullable(),
  answeredBy: z.string().nullable(),
  answer: requestAnswerSchema.nullable(),
})
