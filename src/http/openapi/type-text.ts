import type { JsonSchema } from './schemas.ts'

/** A piece of a type as people read it; `ref` names the component that it stands for. */
export type TypePart = { text: string; ref: string | null }

/** What a schema takes, in the notation of TypeScript, as pieces so that names can be links. */
export function typeParts(schema: unknown): TypePart[] {
  if (!isSchema(schema)) return plain('any')
  const { $ref, const: constant, enum: values, anyOf, oneOf, type, items } = schema
  if (typeof $ref === 'string') {
    const name = $ref.slice($ref.lastIndexOf('/') + 1)
    return [{ text: name, ref: name }]
  }
  if (constant !== undefined) return plain(JSON.stringify(constant))
  if (Array.isArray(values)) return joined(values.map((value) => plain(JSON.stringify(value))))
  const branches = anyOf ?? oneOf
  if (Array.isArray(branches)) return joined(branches.map(typeParts))
  if (Array.isArray(type)) return joined(type.map((each) => plain(String(each))))
  if (type === 'array') return [...wrapped(typeParts(items)), ...plain('[]')]
  if (type === 'object') return objectParts(schema)
  return plain(typeof type === 'string' ? type : 'any')
}

export type Property = { name: string; schema: JsonSchema; isRequired: boolean }

/** The fields of an object schema; empty for any other. */
export function propertiesOf({ properties, required }: JsonSchema): Property[] {
  if (!isSchema(properties)) return []
  const needed: unknown[] = Array.isArray(required) ? required : []
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    schema: isSchema(schema) ? schema : {},
    isRequired: needed.includes(name),
  }))
}

export function descriptionOf({ description }: JsonSchema): string {
  return typeof description === 'string' ? description : ''
}

function objectParts(schema: JsonSchema): TypePart[] {
  const properties = propertiesOf(schema)
  if (properties.length === 0) {
    const { additionalProperties } = schema
    if (!isSchema(additionalProperties)) return plain('object')
    return [...plain('{ [name]: '), ...typeParts(additionalProperties), ...plain(' }')]
  }
  const fields = properties.map(({ name, schema, isRequired }) => [
    ...plain(`${name}${isRequired ? '' : '?'}: `),
    ...typeParts(schema),
  ])
  return [...plain('{ '), ...joined(fields, ', '), ...plain(' }')]
}

function joined(all: TypePart[][], separator = ' | '): TypePart[] {
  return all.flatMap((parts, index) => (index === 0 ? parts : [...plain(separator), ...parts]))
}

function wrapped(parts: TypePart[]): TypePart[] {
  return parts.length > 1 ? [...plain('('), ...parts, ...plain(')')] : parts
}

function plain(text: string): TypePart[] {
  return [{ text, ref: null }]
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
