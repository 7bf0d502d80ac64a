import type { JsonSchema } from '../../src/service/configuration/json-schema.ts'
import { durationPattern } from '../../src/service/configuration/duration.ts'
import { sizePattern } from '../../src/service/configuration/byte-size.ts'

/** What a key takes, in a few words. */
export function describeType(schema: JsonSchema): string {
  const { type, enum: values, const: only, anyOf, properties, additionalProperties, items } = schema
  if (values !== undefined) return values.map(code).join(', ')
  if (only !== undefined) return code(only)
  if (anyOf !== undefined) return describeUnion(anyOf)
  if (type === 'array') return `list of ${plural(describeType(items ?? {}))}`
  if (properties !== undefined) return describeObject(schema)
  if (type !== 'object') return scalarName(type)
  if (typeof additionalProperties !== 'object' || isAnything(additionalProperties)) return 'object'
  return `${plural(describeType(additionalProperties))} by name`
}

/** What holds when the key is left out. */
export function describeDefault(name: string, { default: value }: JsonSchema): string {
  if (value === undefined) return '—'
  if (typeof value !== 'number' || value === 0) return code(value)
  if (name.endsWith('Ms')) return `\`${inUnits(value, timeUnits)}\``
  return name.endsWith('Bytes') ? `\`${inUnits(value, sizeUnits)}\`` : code(value)
}

const scalarNames: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: '`true`, `false`',
  null: '`null`',
}

function scalarName(type: string | string[] | undefined): string {
  if (typeof type === 'object') return type.map(scalarName).join(' or ')
  return scalarNames[type ?? ''] ?? 'anything'
}

function describeUnion(branches: JsonSchema[]): string {
  if (branches.some(({ pattern }) => pattern === durationPattern.source)) return 'duration'
  if (branches.some(({ pattern }) => pattern === sizePattern.source)) return 'size'
  return branches.map(describeType).join(' or ')
}

function describeObject({ properties = {}, required = [] }: JsonSchema): string {
  const names = Object.entries(properties).map(([name, { const: only, enum: values }]) => {
    const isOptional = !required.includes(name)
    const fixed = only === undefined ? values : [only]
    const value =
      fixed === undefined ? '' : `: ${fixed.map((one) => JSON.stringify(one)).join(' | ')}`
    return `${name}${isOptional ? '?' : ''}${value}`
  })
  return `\`{ ${names.join(', ')} }\``
}

function isAnything(schema: JsonSchema): boolean {
  return Object.keys(schema).length === 0
}

function plural(name: string): string {
  if (name === 'text') return 'texts'
  return name === 'text or `null`' ? 'texts or `null`' : name
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

const timeUnits: readonly [string, number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]

const sizeUnits: readonly [string, number][] = [
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['MB', 1_000_000],
  ['', 1],
]

function inUnits(value: number, units: readonly [string, number][]): string {
  const [unit, size] = units.find(([, size]) => value % size === 0) ?? ['', 1]
  return `${value / size}${unit}`
}
