import { z } from 'zod'

/** The names of the fields that `schema` has at `path`, over all branches of its unions. */
export function namesAt(schema: unknown, path: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((option) => namesAt(option, path))
  }
  if (schema instanceof z.ZodNullable) return namesAt(schema.unwrap(), path)
  if (schema instanceof z.ZodExactOptional) return namesAt(schema.unwrap(), path)
  const [key, ...rest] = path
  if (schema instanceof z.ZodArray) return namesAt(schema.element, rest)
  if (schema instanceof z.ZodRecord) return namesAt(schema.valueType, rest)
  if (!(schema instanceof z.ZodObject)) return []
  if (key === undefined) return Object.keys(schema.shape)
  return namesAt(schema.shape[String(key)], rest)
}
