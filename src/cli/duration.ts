import { InvalidArgumentError } from 'commander'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/**
 * Reads `500ms`, `90s`, `10m`, `1h30m` into milliseconds. A bare number is refused: half of the world
 * would mean seconds by it, the other half milliseconds.
 */
export function parseDuration(text: string): number {
  if (/^\d+$/.test(text)) {
    throw new InvalidArgumentError(`It has no unit; did you mean ${text}s or ${text}ms?`)
  }
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) {
    throw new InvalidArgumentError('Give a duration such as 90s, 10m or 1h30m.')
  }
  let ms = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    ms += Number(amount) * (unitMs[unit ?? ''] ?? 0)
  }
  if (ms < 1) throw new InvalidArgumentError('Give a duration above 0, or leave it out.')
  return Math.round(ms)
}

/** `0.4s`, `12s`, `3m 05s`, `2h 10m`, `4d 2h`: as short as it can be without misleading. */
export function formatDuration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m ${pad(seconds % 60)}s`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours}h ${pad(minutes % 60)}m`
  return `${Math.floor(hours / 24)}d ${hours % 24}h`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
