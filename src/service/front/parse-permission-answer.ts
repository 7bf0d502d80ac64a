import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { PermissionResult } from '../../agent/index.ts'
import { hostlerError } from '../../errors.ts'
import type { PermissionRequest } from '../../events/human-request.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import type { RequestAnswer } from '../contract/request.ts'
import { rulesOf } from '../permissions/granted-rules.ts'

type Update = Record<string, unknown>

const scopeSchema: z.ZodType<'once' | 'session'> = z.enum(['once', 'session'], {
  error: '"once" or "session"',
})

/**
 * An answer to a permission request, with what the CLI has to be told of it. `parse` takes what the agent
 * layer knows. @throws invalid_input for a rule that the CLI has not offered
 */
export function parsePermissionAnswer(
  request: PermissionRequest,
  input: unknown,
  { parse }: { parse: (input: unknown) => RequestAnswer },
): RequestAnswer {
  const { scope: givenScope, ...rest } = toObject(input)
  const answer = parse(rest)
  if (givenScope === undefined) return assertOffered(request, answer)
  const scope = parseInput(scopeSchema, givenScope, { name: 'answer.scope' })
  if (!('behavior' in answer) || answer.behavior !== 'allow') {
    throw hostlerError('invalid_input', {
      field: 'answer.scope',
      problem: 'nothing is allowed',
      cure: 'give it with behavior: "allow" only',
    })
  }
  assertOffered(request, answer)
  if (scope === 'once') return { ...answer, scope }
  const { updatedInput, updatedPermissions = [] } = answer
  // Who changes a call does not mean what the CLI would offer for the other one.
  const offered = updatedInput === undefined ? request.suggestions : []
  const added = offered.filter((one) => rulesOf(one).length > 0).map(forSession)
  const updates = [...updatedPermissions, ...added].filter(
    (one, index, all) => all.findIndex((other) => isDeepStrictEqual(one, other)) === index,
  )
  return { ...answer, scope, ...(updates.length === 0 ? {} : { updatedPermissions: updates }) }
}

/**
 * Refuses what the CLI has not offered: who may answer may not make rules of their own. To keep an offered
 * one for the session only is less, and allowed.
 */
export function assertOffered(
  { suggestions }: { suggestions: readonly Update[] },
  answer: RequestAnswer,
): RequestAnswer {
  const updates = ('behavior' in answer && isAllowing(answer) && answer.updatedPermissions) || []
  const odd = updates.findIndex(
    (one) =>
      !suggestions.some(
        (other) => isDeepStrictEqual(one, other) || isDeepStrictEqual(one, forSession(other)),
      ),
  )
  if (odd < 0) return answer
  throw hostlerError('invalid_input', {
    field: `answer.updatedPermissions.${odd}`,
    problem: 'the CLI has not offered it',
    cure:
      suggestions.length === 0
        ? 'leave it out: nothing is offered here'
        : 'give one of request.suggestions as it is, or with destination: "session"',
  })
}

function isAllowing(answer: PermissionResult): answer is PermissionResult & { behavior: 'allow' } {
  return answer.behavior === 'allow'
}

function forSession(update: Update): Update {
  return { ...update, destination: 'session' }
}

function toObject(input: unknown): Record<string, unknown> {
  return typeof input === 'object' && input !== null ? { ...input } : {}
}
