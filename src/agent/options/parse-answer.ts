import * as z from 'zod'
import type { AgentRequest } from '../../events/human-request.ts'
import { hostlerError } from '../../errors.ts'
import type { ElicitationResult, PermissionResult } from './options.ts'

const anyObject = z.record(z.string(), z.unknown())

const permissionSchema = z.discriminatedUnion('behavior', [
  z.strictObject({
    behavior: z.literal('allow'),
    updatedInput: anyObject.optional(),
    updatedPermissions: z.array(anyObject).optional(),
  }),
  z.strictObject({
    behavior: z.literal('deny'),
    message: z.string().min(1),
    interrupt: z.boolean().optional(),
  }),
])

const elicitationSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('accept'), content: anyObject.optional() }),
  z.strictObject({ action: z.literal('decline') }),
  z.strictObject({ action: z.literal('cancel') }),
])

/** Checks an answer before it reaches the CLI, which takes a wrong one for a denial. @throws invalid_option */
export function parseAnswer(
  request: AgentRequest,
  answer: unknown,
): PermissionResult | ElicitationResult {
  const schema = request.kind === 'elicitation' ? elicitationSchema : permissionSchema
  const parsed = schema.safeParse(answer)
  if (parsed.success) return withoutUndefined(parsed.data)
  const issue = parsed.error.issues[0]
  const field = ['answer', ...(issue?.path ?? [])].join('.')
  const cure =
    request.kind === 'elicitation'
      ? 'give { action: "accept", content }, { action: "decline" } or { action: "cancel" }'
      : 'give { behavior: "allow" } or { behavior: "deny", message }'
  throw hostlerError('invalid_option', { field, problem: issue?.message ?? 'invalid', cure })
}

function withoutUndefined(
  answer: z.infer<typeof permissionSchema> | z.infer<typeof elicitationSchema>,
): PermissionResult | ElicitationResult {
  if ('action' in answer) {
    if (answer.action !== 'accept') return answer
    return answer.content === undefined
      ? { action: 'accept' }
      : { action: 'accept', content: answer.content }
  }
  if (answer.behavior === 'deny') {
    const { message, interrupt = false } = answer
    return interrupt ? { behavior: 'deny', message, interrupt } : { behavior: 'deny', message }
  }
  const { updatedInput, updatedPermissions } = answer
  return {
    behavior: 'allow',
    ...(updatedInput === undefined ? {} : { updatedInput }),
    ...(updatedPermissions === undefined ? {} : { updatedPermissions }),
  }
}
