import type { Usage } from '../events/turn-result.ts'

/** US dollars, with as many digits as small amounts need. */
export function formatCost(costUsd: number): string {
  if (costUsd >= 1 || costUsd === 0) return `$${costUsd.toFixed(2)}`
  return `$${costUsd.toFixed(4)}`
}

/** `1 run`, `2 runs`: a count of what has a regular plural. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** `940`, `1.2k`, `3.4M`. */
export function formatCount(count: number): string {
  if (count < 1000) return String(count)
  if (count < 999_950) return `${(count / 1000).toFixed(1)}k`
  return `${(count / 1_000_000).toFixed(1)}M`
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(0)} kB`
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MB`
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`
}

/** What went into the model, from the cache or not, and what came out. */
export function formatTokens(usage: Usage): string {
  const { inputTokens, cacheReadTokens, cacheCreationTokens, outputTokens } = usage
  const input = inputTokens + cacheReadTokens + cacheCreationTokens
  return `${formatCount(input)} tokens in, ${formatCount(outputTokens)} out`
}
