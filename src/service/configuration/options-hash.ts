import { createHash } from 'node:crypto'

/**
 * Tells whether a warm agent was started with these very options: SHA-256 in hex over their JSON with
 * sorted keys. A secret changes it and cannot be read from it. What it may spend is not in it: that
 * changes with each turn, and is looked at by itself.
 */
export function optionsHash(options: object): string {
  const lasting = Object.entries(options).filter(([name]) => name !== 'maxBudgetUsd')
  return createHash('sha256')
    .update(canonicalJson(Object.fromEntries(lasting)))
    .digest('hex')
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
