import type { z } from 'zod'
import { hostlerError } from '../../errors.ts'
import { didYouMean, suggest } from '../../util/suggest.ts'
import { optionHints } from './option-hints.ts'
import { optionNames } from './option-schema.ts'

// Their values may be or hold secrets, and errors end up in logs.
const secretOptions = new Set(['apiKey', 'oauthToken', 'env', 'mcpServers', 'settings'])

/** The error for one option: which, what is wrong with it, and what to do. */
export function optionProblem(field: string, problem: string, cure: string): Error {
  return hostlerError('invalid_option', { field, problem, cure })
}

/** The error for what the schema of options found; a misspelt name first, for the rest may follow from it. */
export function schemaProblem(
  input: unknown,
  issues: readonly z.core.$ZodIssue[],
  known: { names: readonly string[]; needed: string } = {
    names: optionNames,
    needed: '{ dir, cwd }',
  },
): Error {
  const unknown = issues.find(({ code }) => code === 'unrecognized_keys')
  const issue = unknown ?? issues[0]
  if (issue === undefined || typeOf(input) !== 'object') {
    return optionProblem(
      'options',
      `${show(input)} is not an object`,
      `give at least ${known.needed}`,
    )
  }
  const field = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys')
    return unknownName(field, issue.keys[0] ?? '', { ...issue, names: known.names })
  const value = issue.path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined,
    input,
  )
  if (value === undefined && issue.path.length === 1) {
    return optionProblem(field, 'is missing', `give ${issue.message}`)
  }
  const shown = secretOptions.has(String(issue.path[0])) ? `this ${typeOf(value)}` : show(value)
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String)
    const meant = typeof value === 'string' ? didYouMean(value, values) : ''
    return optionProblem(field, `cannot be ${shown}`, `give one of ${values.join(', ')}${meant}`)
  }
  return optionProblem(field, `cannot be ${shown}`, `give ${issue.message}`)
}

function unknownName(
  parent: string,
  name: string,
  { path, names }: { path: readonly PropertyKey[]; names: readonly string[] },
): Error {
  if (path.length > 0) {
    return optionProblem(`${parent}.${name}`, 'there is no such field', 'leave it out')
  }
  const isStart = names === optionNames
  const hint = isStart && Object.hasOwn(optionHints, name) ? optionHints[name] : undefined
  const meant = suggest(name, names)
  const cure = hint ?? (meant === null ? 'leave it out' : `did you mean "${meant}"?`)
  return optionProblem(name, 'there is no such option', cure)
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return typeOf(value)
  if (typeof value !== 'string') return String(value)
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return value === null ? 'null' : typeof value
}
