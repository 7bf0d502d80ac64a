import { z } from 'zod'
import { hostlerError } from '../errors.ts'
import { toScriptProblem } from './script-problem.ts'
import { toPattern } from './text-pattern.ts'
import type { Reply, Script, ScriptedReply } from './script.ts'

const fields = (
  'replies otherwise name when repeat thinking text tools content pace delayMs hold usage ' +
  'stopReason headers failure kind input id type lastUserText toolResultText anyText systemText ' +
  'model stream hasToolResult chunkChars inputTokens outputTokens cacheReadTokens at claim ' +
  'cacheCreationTokens retryAfterS resetsAt resetsInS message status errorType tokens limit'
).split(' ')

const text = z.string()
const pattern = text.refine((it) => isPattern(it), { error: 'not a valid regular expression' })
const count = z.int().nonnegative()
const message = text.exactOptional()
const cut = z.enum(['before_headers', 'mid_block']).exactOptional()
const headers = z.record(text, text)

const toolCall = z.strictObject({
  name: text.min(1),
  input: z.record(text, z.unknown()),
  id: text.exactOptional(),
})

const failure = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('rate_limited'),
    retryAfterS: count.exactOptional(),
    message,
  }),
  z.strictObject({
    kind: z.literal('usage_limit'),
    claim: z.enum(['five_hour', 'seven_day']).exactOptional(),
    resetsAt: count.exactOptional(),
    resetsInS: count.exactOptional(),
  }),
  z.strictObject({ kind: z.enum(['overloaded', 'credit_too_low', 'model_not_found']) }),
  z.strictObject({ kind: z.enum(['refusal', 'empty']) }),
  z.strictObject({
    kind: z.enum(['server_error', 'unauthorized', 'forbidden', 'bad_request']),
    message,
  }),
  z.strictObject({
    kind: z.literal('prompt_too_long'),
    tokens: count.exactOptional(),
    limit: count.exactOptional(),
  }),
  z.strictObject({ kind: z.literal('stream_error'), errorType: message, message }),
  z.strictObject({ kind: z.enum(['drop', 'stall']), at: cut }),
  z.strictObject({
    kind: z.literal('http'),
    status: z.int().min(400).max(599),
    errorType: message,
    message,
    headers: headers.exactOptional(),
  }),
])

const when = z.strictObject({
  lastUserText: pattern.exactOptional(),
  toolResultText: pattern.exactOptional(),
  anyText: pattern.exactOptional(),
  systemText: pattern.exactOptional(),
  model: pattern.exactOptional(),
  stream: z.boolean().exactOptional(),
  hasToolResult: z.boolean().exactOptional(),
})

const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text }),
  z.strictObject({ type: z.literal('thinking'), thinking: text }),
  toolCall.extend({ type: z.literal('tool_use') }),
])

const reply: z.ZodType<Reply> = z
  .strictObject({
    name: text.exactOptional(),
    when: when.exactOptional(),
    repeat: z.union([z.literal(true), z.int().positive()]).exactOptional(),
    thinking: text.exactOptional(),
    text: text.exactOptional(),
    tools: z.array(toolCall).exactOptional(),
    content: z.array(block).exactOptional(),
    pace: z
      .strictObject({
        chunkChars: z.int().positive().exactOptional(),
        delayMs: count.exactOptional(),
      })
      .exactOptional(),
    delayMs: count.exactOptional(),
    hold: text.exactOptional(),
    usage: z
      .strictObject({
        inputTokens: count.exactOptional(),
        outputTokens: count.exactOptional(),
        cacheReadTokens: count.exactOptional(),
        cacheCreationTokens: count.exactOptional(),
      })
      .exactOptional(),
    stopReason: text.exactOptional(),
    headers: headers.exactOptional(),
    failure: failure.exactOptional(),
  })
  .refine(
    (it) =>
      [it.text, it.thinking, it.tools, it.content, it.failure].some(Boolean) || it.text === '',
    {
      error: 'a reply needs text, thinking, tools, content or failure',
    },
  )
  .refine(
    (it) => !(it.content && (it.text !== undefined || it.thinking !== undefined || it.tools)),
    {
      error: 'content stands alone: put text, thinking and tools into it, or leave it out',
    },
  )

const fileShape = z.strictObject({
  replies: z.array(z.unknown()).exactOptional(),
  otherwise: z.unknown().exactOptional(),
  // Lets an editor find the schema; not read.
  $schema: text.exactOptional(),
})

/**
 * Reads a script strictly. `source` names it in errors, e.g. the file.
 * @throws HostlerError `script_invalid`, naming the field.
 */
export function parseScript(input: unknown, source = 'script'): Script {
  const shape = check(fileShape, Array.isArray(input) ? { replies: input } : input, source)
  const replies = (shape.replies ?? []).map((it, index) =>
    parseReply(it, `${source}: replies[${index}]`),
  )
  const otherwise =
    shape.otherwise === undefined ? null : parseReply(shape.otherwise, `${source}: otherwise`)
  return { replies, otherwise }
}

/** Reads one reply strictly; a function, which makes its reply later, passes. */
function parseReply(input: unknown, where = 'reply'): ScriptedReply {
  return isReplyFunction(input) ? input : parsePlainReply(input, where)
}

/** Reads one reply that must be data. */
export function parsePlainReply(input: unknown, where = 'reply'): Reply {
  return check(reply, input, where)
}

function isReplyFunction(input: unknown): input is Exclude<ScriptedReply, Reply> {
  return typeof input === 'function'
}

function check<T>(schema: z.ZodType<T>, input: unknown, where: string): T {
  const parsed = schema.safeParse(input, { reportInput: true })
  if (parsed.success) return parsed.data
  throw hostlerError('script_invalid', toScriptProblem(parsed.error.issues, { where, fields }))
}

function isPattern(wanted: string): boolean {
  try {
    toPattern(wanted)
    return true
  } catch {
    return false
  }
}
