import { z } from 'zod'
import { hostlerError } from '../../errors.ts'
import { suggest } from '../../util/suggest.ts'
import { foremostIssue, valueAt } from '../schema-issue.ts'
import { namesAt } from './names-at.ts'

/**
 * Takes what somebody sent, or refuses it with the field at fault, what was given, and what would be
 * right. A misspelt name is told first, for the rest may follow from it.
 * @throws HostlerError `invalid_input`
 */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown, { name }: { name: string }): T {
  const given = withoutUndefined(input)
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const issue = foremostIssue(parsed.error.issues)
  if (issue === undefined) throw parsed.error
  throw hostlerError('invalid_input', describe(issue, { given, schema, name }))
}

type Problem = { field: string; problem: string; cure: string }

function describe(
  issue: z.core.$ZodIssue,
  { given, schema, name }: { given: unknown; schema: z.ZodType; name: string },
): Problem {
  const field = issue.path.length === 0 ? name : issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    const meant = suggest(key, namesAt(schema, issue.path))
    return {
      field: [...issue.path.map(String), key].join('.'),
      problem: 'there is no such field',
      cure: meant === null ? 'leave it out' : `did you mean "${meant}"?`,
    }
  }
  const value = valueAt(given, issue.path)
  const problem = value === undefined ? 'is missing' : `cannot be ${show(value)}`
  if (issue.code !== 'invalid_value') return { field, problem, cure: `give ${issue.message}` }
  const values = issue.values.map(String)
  const meant = typeof value === 'string' ? suggest(value, values) : null
  const hint = meant === null ? '' : ` (did you mean "${meant}"?)`
  return { field, problem, cure: `give one of ${values.join(', ')}${hint}` }
}

// `{ key: undefined }` is what JavaScript writes for "no key".
function withoutUndefined(input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return input
  if (Array.isArray(input)) return input.map(withoutUndefined)
  const prototype: unknown = Object.getPrototypeOf(input)
  if (prototype !== Object.prototype && prototype !== null) return input
  return Object.fromEntries(
    Object.entries(input)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, withoutUndefined(value)]),
  )
}

function show(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value !== 'string') return String(value)
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
}
