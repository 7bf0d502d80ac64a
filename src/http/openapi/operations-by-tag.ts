import type { OpenApiDocument } from './document.ts'
import type { Operation } from './operation.ts'

export type Chapter = {
  name: string
  description: string
  operations: { method: string; path: string; operation: Operation }[]
}

/** The document's operations in its order of tags. */
export function operationsByTag({ tags, paths }: OpenApiDocument): Chapter[] {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  )
  return tags.map(({ name, description }) => ({
    name,
    description,
    operations: all.filter(({ operation }) => operation.tags.includes(name)),
  }))
}
