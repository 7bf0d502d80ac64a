/** About how much memory a value of JSON takes: enough to keep buffers within bounds. */
export function roughBytes(value: unknown): number {
  if (typeof value === 'string') return 16 + value.length
  if (typeof value !== 'object' || value === null) return 8
  let sum = 32
  for (const part of Object.values(value)) sum += 8 + roughBytes(part)
  return sum
}
