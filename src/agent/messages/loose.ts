/** Readers for what the CLI sends: a field that is missing or of another type is just not there. */
export type Loose = Record<string, unknown>

export function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function objectAt(from: Loose, key: string): Loose {
  const value = from[key]
  return isObject(value) ? value : {}
}

export function objectsAt(from: Loose, key: string): Loose[] {
  const value = from[key]
  if (!Array.isArray(value)) return []
  // Mostly one block, and an object: no copy is made of what is all objects.
  return value.every(isObject) ? value : value.filter(isObject)
}

export function stringAt(from: Loose, key: string): string {
  const value = from[key]
  return typeof value === 'string' ? value : ''
}

export function stringOrNull(from: Loose, key: string): string | null {
  const value = from[key]
  return typeof value === 'string' ? value : null
}

export function stringsAt(from: Loose, key: string): string[] {
  const value = from[key]
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

export function numberAt(from: Loose, key: string): number {
  const value = from[key]
  return typeof value === 'number' ? value : 0
}

export function numberOrNull(from: Loose, key: string): number | null {
  const value = from[key]
  return typeof value === 'number' ? value : null
}
