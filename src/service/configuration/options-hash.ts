import { createHash } from 'node:crypto'

/**
 * Tells whether a warm agent was started with these very options: SHA-256 in hex over their JSON with
 * sorted keys. A secret changes it and cannot be read from it.
 */
export function optionsHash(options: object): string {
  return createHash('sha256').update(canonicalJson(options)).digest('hex')
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`)
  return `{${entries.join(',')}}`
}
