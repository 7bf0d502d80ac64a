import { z } from 'zod'
import type { DeltaEvent } from '../../events/agent-event.ts'
import type { LoggedAgentEvent } from '../../events/session-event.ts'
import { anyObject, time } from './fields.ts'
import { humanRequestSchema } from './request-schema.ts'

const logged = { offset: z.number() }
const spoken = { ...logged, parentToolUseId: z.string().nullable() }

/** Text as it grows. */
export const deltaEventSchema: z.ZodType<DeltaEvent> = z.discriminatedUnion('type', [
  z.object({ ...spoken, type: z.literal('text_delta'), text: z.string() }),
  z.object({ ...spoken, type: z.literal('thinking_delta'), text: z.string() }),
  z.object({ ...spoken, type: z.literal('tool_input_delta'), json: z.string() }),
  z.object({
    ...spoken,
    type: z.literal('reply_tokens'),
    inputTokens: z.number(),
    outputTokens: z.number(),
  }),
])

const work = [
  z.object({ ...spoken, type: z.literal('text'), text: z.string(), messageId: z.string() }),
  z.object({ ...spoken, type: z.literal('thinking'), text: z.string(), messageId: z.string() }),
  z.object({
    ...spoken,
    type: z.literal('tool_started'),
    toolUseId: z.string(),
    toolName: z.string(),
    input: z.unknown(),
  }),
  z.object({
    ...spoken,
    type: z.literal('tool_finished'),
    toolUseId: z.string(),
    isError: z.boolean(),
    content: z.string(),
    output: z.unknown(),
  }),
  z.object({
    ...logged,
    type: z.literal('tool_denied'),
    toolUseId: z.string(),
    toolName: z.string(),
    message: z.string(),
  }),
  z.object({
    ...logged,
    type: z.literal('task_started'),
    taskId: z.string(),
    toolUseId: z.string().nullable(),
    description: z.string(),
    taskType: z.string(),
    isBackground: z.boolean(),
  }),
  z.object({
    ...logged,
    type: z.literal('task_progress'),
    taskId: z.string(),
    description: z.string(),
  }),
  z.object({
    ...logged,
    type: z.literal('task_finished'),
    taskId: z.string(),
    status: z.string(),
    summary: z.string(),
  }),
] as const

const state = [
  z.object({
    ...logged,
    type: z.literal('init'),
    claudeSessionId: z.string(),
    model: z.string(),
    permissionMode: z.string(),
    claudeVersion: z.string(),
    cwd: z.string(),
    tools: z.array(z.string()),
    mcpServers: z.array(z.object({ name: z.string(), status: z.string() })),
  }),
  z.object({
    ...logged,
    type: z.literal('claude_session_changed'),
    claudeSessionId: z.string(),
  }),
  z.object({
    ...logged,
    type: z.literal('state'),
    state: z.enum(['running', 'requires_action', 'idle']),
  }),
  z.object({
    ...logged,
    type: z.literal('prompt_state'),
    promptId: z.string(),
    state: z.enum(['queued', 'started', 'completed', 'cancelled']),
  }),
  z.object({ ...logged, type: z.literal('mode_changed'), permissionMode: z.string() }),
  z.object({ ...logged, type: z.literal('compacting') }),
  z.object({
    ...logged,
    type: z.literal('compacted'),
    trigger: z.string(),
    preTokens: z.number(),
    postTokens: z.number().nullable(),
  }),
  z.object({
    ...logged,
    type: z.literal('api_retry'),
    attempt: z.number(),
    maxRetries: z.number(),
    delayMs: z.number(),
    status: z.number().nullable(),
    error: z.string(),
  }),
  z.object({
    ...logged,
    type: z.literal('rate_limit'),
    status: z.string(),
    limitType: z.string().nullable(),
    resetsAt: time.nullable(),
    utilization: z.number().nullable(),
  }),
  z.object({
    ...logged,
    type: z.literal('api_error'),
    kind: z.string(),
    status: z.number().nullable(),
    message: z.string(),
  }),
  z.object({
    ...logged,
    type: z.literal('model_fallback'),
    from: z.string(),
    to: z.string(),
    message: z.string(),
  }),
  z.object({
    ...logged,
    type: z.literal('result'),
    isError: z.boolean(),
    text: z.string(),
    totalCostUsd: z.number().nullable(),
    origin: z.string().nullable(),
  }),
] as const

const rest = [
  z.object({ ...logged, type: z.literal('request_opened'), request: humanRequestSchema }),
  z.object({
    ...logged,
    type: z.literal('request_closed'),
    requestId: z.string(),
    how: z.enum(['answered', 'expired', 'withdrawn']),
  }),
  z.object({
    ...logged,
    type: z.literal('notice'),
    code: z.enum([
      'output_limit',
      'stderr_cut',
      'interrupting',
      'stopping',
      'limbo',
      'silent_but_busy',
    ]),
    message: z.string(),
    bytes: z.number().exactOptional(),
  }),
  z.object({ ...logged, type: z.literal('unknown'), message: anyObject }),
  z.object({ ...logged, type: z.literal('unparsed'), text: z.string(), bytes: z.number() }),
] as const

/** What an agent said and did, as its session's log has it. */
export const agentEventSchema: z.ZodType<LoggedAgentEvent> = z.discriminatedUnion('type', [
  ...work,
  ...state,
  ...rest,
])
