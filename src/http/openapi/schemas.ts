import { z } from 'zod'
import { componentNames } from './component-names.ts'
import { describeFields } from './field-descriptions.ts'

/** JSON Schema of draft 2020-12, which OpenAPI 3.1 uses as it is. */
export type JsonSchema = { readonly [key: string]: unknown }

export type Schemas = {
  /** A schema, with references to components for those that have a name. */
  toJsonSchema(schema: z.ZodType): JsonSchema
  /** Those that were referred to so far. */
  components(): Record<string, JsonSchema>
}

/** Collects the named schemas of a document while its operations are written. */
export function createSchemas(): Schemas {
  const registry = z.registry<{ id: string }>()
  for (const [schema, id] of componentNames) registry.add(schema, { id })
  const found = new Map<string, JsonSchema>()

  return {
    toJsonSchema(schema) {
      // As input: what is answered may get new fields, and `additionalProperties: false` would deny it.
      const {
        $schema: _dialect,
        $defs,
        ...own
      } = z.toJSONSchema(schema, {
        metadata: registry,
        io: 'input',
        unrepresentable: 'any',
      })
      for (const [id, definition] of Object.entries($defs ?? {})) {
        if (!found.has(id)) found.set(id, describeFields(id, toComponentRefs(definition)))
      }
      return toComponentRefs(own)
    },
    components: () => Object.fromEntries([...found].toSorted(([a], [b]) => a.localeCompare(b))),
  }
}

function toComponentRefs(schema: object): JsonSchema {
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, moved(key, value)]))
}

function moved(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => moved('', each))
  if (typeof value === 'object' && value !== null) return toComponentRefs(value)
  if (key !== '$ref' || typeof value !== 'string') return value
  return value.replace('#/$defs/', '#/components/schemas/')
}
