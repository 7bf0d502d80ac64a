import { z } from 'zod'
import { configurationSchema } from './configuration-schema.ts'

/** A JSON Schema, as far as it is looked into here. */
export type JsonSchema = {
  description?: string
  default?: unknown
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  pattern?: string
  format?: string
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema
  anyOf?: JsonSchema[]
}

const reference: JsonSchema = { type: 'string', pattern: '\\$\\{.+\\}' }

/** The JSON Schema of `hostler.yaml` as it is written: with references to the environment. */
export function configurationJsonSchema(): JsonSchema {
  const schema: JsonSchema = plainJsonSchema()
  return { ...schema, ...allowReferences(schema), description: 'The configuration of hostler.' }
}

/** The same without references: what the keys take. */
export function plainJsonSchema(): JsonSchema {
  const schema: unknown = z.toJSONSchema(configurationSchema, {
    io: 'input',
    target: 'draft-7',
    override: ({ zodSchema, jsonSchema }) => {
      // Zod leaves out the defaults of what is read from a text.
      const { default: byDefault } = z.globalRegistry.get(zodSchema) ?? {}
      if (byDefault !== undefined) Object.assign(jsonSchema, { default: byDefault })
      if (zodSchema instanceof z.ZodDefault) {
        Object.assign(jsonSchema, { default: zodSchema.def.defaultValue })
      }
    },
  })
  return isJsonSchema(schema) ? withoutPrefaults(schema) : {}
}

/** The names of the keys at a place of the configuration; none where any name may be. */
export function schemaNamesAt(path: readonly PropertyKey[]): string[] {
  return path
    .reduce<JsonSchema[]>(
      (schemas, key) => schemas.flatMap((one) => below(one, key)),
      [plainJsonSchema()],
    )
    .flatMap((one) => [one, ...(one.anyOf ?? [])])
    .flatMap(({ properties = {} }) => Object.keys(properties))
}

function below(schema: JsonSchema, key: PropertyKey): JsonSchema[] {
  const { properties = {}, additionalProperties, items, anyOf = [] } = schema
  const named = properties[String(key)]
  return [
    ...(named === undefined ? [] : [named]),
    ...(named === undefined && typeof additionalProperties === 'object'
      ? [additionalProperties]
      : []),
    ...(typeof key === 'number' && items !== undefined ? [items] : []),
    ...anyOf.flatMap((one) => below(one, key)),
  ]
}

/** Wherever a value is wanted that is not simply a text, `${NAME}` may stand for it. */
function allowReferences(schema: JsonSchema): JsonSchema {
  const { anyOf, properties, items, additionalProperties, ...rest } = schema
  const inner: JsonSchema = {
    ...rest,
    ...(properties === undefined ? {} : { properties: mapValues(properties, allowReferences) }),
    ...(items === undefined ? {} : { items: allowReferences(items) }),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: allowReferences(additionalProperties) }
      : additionalProperties === undefined
        ? {}
        : { additionalProperties }),
  }
  if (anyOf !== undefined)
    return { ...inner, anyOf: [...anyOf.map(withReferencesInside), reference] }
  if (!isNarrow(schema)) return inner
  const { description, default: byDefault, ...value } = inner
  return {
    ...(description === undefined ? {} : { description }),
    ...(byDefault === undefined ? {} : { default: byDefault }),
    anyOf: [value, reference],
  }
}

// A branch needs no reference beside it: the whole has one.
function withReferencesInside(branch: JsonSchema): JsonSchema {
  return isNarrow(branch) ? branch : allowReferences(branch)
}

function isNarrow({ type, enum: values, const: only, pattern, format }: JsonSchema): boolean {
  const types = type === undefined ? [] : [type].flat()
  const isText = types.length === 0 || types.includes('string')
  if (type === 'object' || type === 'array') return false
  return !isText || [values, only, pattern, format].some((limit) => limit !== undefined)
}

// `default: {}` of a section says nothing.
function withoutPrefaults(schema: JsonSchema): JsonSchema {
  const { properties } = schema
  if (properties === undefined) return schema
  const cleaned = mapValues(properties, (one) => {
    const { default: byDefault, ...rest } = one
    const isEmpty = typeof byDefault === 'object' && JSON.stringify(byDefault) === '{}'
    return isEmpty ? rest : one
  })
  return { ...schema, properties: cleaned }
}

function mapValues<T>(record: Record<string, T>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
}

function isJsonSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null
}
