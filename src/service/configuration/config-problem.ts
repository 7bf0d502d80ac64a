import type { z } from 'zod'
import { suggest } from '../../util/suggest.ts'
import { foremostIssue, valueAt } from '../schema-issue.ts'
import { schemaNamesAt } from './json-schema.ts'

/** Something in a configuration that cannot be: where, what, and what would be right. */
export class ConfigProblem extends Error {
  override readonly name = 'ConfigProblem'
  readonly path: readonly PropertyKey[]
  readonly problem: string
  readonly cure: string

  constructor(path: readonly PropertyKey[], problem: string, cure: string) {
    super(`${fieldName(path)}: ${problem}`)
    this.path = path
    this.problem = problem
    this.cure = cure
  }
}

/** `profiles.default.maxTurns`; empty for the whole. */
export function fieldName(path: readonly PropertyKey[]): string {
  return path.map(String).join('.')
}

// Their values may be or hold secrets, and errors end up in logs.
const secretKeys = new Set([
  'apiKey',
  'oauthToken',
  'env',
  'mcpServers',
  'settings',
  'secret',
  'database',
  'headers',
])

/** What the schema found. */
export function schemaProblem(input: unknown, issues: readonly z.core.$ZodIssue[]): ConfigProblem {
  const issue = foremostIssue(issues)
  if (issue === undefined) return new ConfigProblem([], 'is no configuration', 'give an object')
  const { path } = issue
  if (issue.code === 'unrecognized_keys') return unknownKey(path, issue.keys[0] ?? '')
  const value = valueAt(input, path)
  if (value === undefined) return new ConfigProblem(path, 'is missing', `give ${issue.message}`)
  if (value === null) {
    return new ConfigProblem(path, 'is empty', `give ${wanted(issue, value)}, or leave it out`)
  }
  const shown = path.some((key) => secretKeys.has(String(key)))
    ? `this ${kind(value)}`
    : show(value)
  return new ConfigProblem(path, `cannot be ${shown}`, `give ${wanted(issue, value)}`)
}

function wanted(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code !== 'invalid_value') return issue.message
  const values = issue.values.map(String)
  const meant = typeof value === 'string' ? suggest(value, values) : null
  return `one of ${values.join(', ')}${meant === null ? '' : ` (did you mean "${meant}"?)`}`
}

function unknownKey(parent: readonly PropertyKey[], name: string): ConfigProblem {
  const meant = suggest(name, schemaNamesAt(parent))
  const cure = meant === null ? 'leave it out' : `did you mean "${meant}"?`
  return new ConfigProblem([...parent, name], 'there is no such key', cure)
}

function show(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return `this ${kind(value)}`
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
}

function kind(value: unknown): string {
  if (Array.isArray(value)) return 'list'
  return typeof value === 'string' ? 'text' : typeof value
}
