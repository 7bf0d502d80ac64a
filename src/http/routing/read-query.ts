import { hostlerError } from '../../errors.ts'
import { suggest } from '../../util/suggest.ts'

/** A query parameter. Lists are given with commas or by repeating it, labels as `name=value`. */
export type QueryParam = {
  name: string
  /** The field of the input that it becomes. Default: its name. */
  field?: string
  kind: 'text' | 'integer' | 'boolean' | 'list' | 'labels'
  description: string
  values?: readonly string[]
}

/**
 * The query as an input object. Schemas look at the values; here are only their forms.
 * @throws HostlerError `invalid_input` for an unknown parameter, or one that is given twice
 */
export function readQuery(
  given: URLSearchParams,
  params: readonly QueryParam[],
): Record<string, unknown> {
  const query: Record<string, unknown> = {}
  for (const name of new Set(given.keys())) {
    const param = params.find((candidate) => candidate.name === name)
    if (param === undefined) throw unknownParam(name, params)
    query[param.field ?? param.name] = toValue(param, given.getAll(name))
  }
  return query
}

function toValue({ name, kind }: QueryParam, given: string[]): unknown {
  if (kind === 'list') return given.flatMap((each) => each.split(','))
  if (kind === 'labels') return Object.fromEntries(given.map((each) => toLabel(name, each)))
  const [value = '', ...more] = given
  if (more.length > 0) throw refused(name, 'is given more than once', 'give it once')
  if (kind === 'text') return value
  if (kind === 'boolean') {
    if (value === 'true' || value === 'false') return value === 'true'
    throw refused(name, `cannot be ${shown(value)}`, 'give true or false')
  }
  if (!/^-?\d{1,16}$/.test(value)) {
    throw refused(name, `cannot be ${shown(value)}`, 'give a whole number')
  }
  return Number(value)
}

function toLabel(param: string, given: string): [string, string] {
  const at = given.indexOf('=')
  if (at < 1) throw refused(param, `cannot be ${shown(given)}`, `give ${param}=name=value`)
  return [given.slice(0, at), given.slice(at + 1)]
}

function unknownParam(name: string, params: readonly QueryParam[]): Error {
  const names = params.map((param) => param.name)
  const meant = suggest(name, names)
  const known = names.length === 0 ? 'leave it out' : `those there are: ${names.join(', ')}`
  const cure = meant === null ? known : `did you mean "${meant}"?`
  return refused(name.slice(0, 60), 'there is no such query parameter', cure)
}

function refused(field: string, problem: string, cure: string): Error {
  return hostlerError('invalid_input', { field, problem, cure })
}

function shown(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
}
