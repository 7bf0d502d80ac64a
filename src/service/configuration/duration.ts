const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** `90s`, `10m`, `1h30m`, `1d`; digits alone are milliseconds, as the keys that take it end in `Ms`. */
export const durationPattern: RegExp = /^(\d+|(\d+(\.\d+)?(ms|s|m|h|d))+)$/

/** The milliseconds of a text that fits {@link durationPattern}. */
export function parseDuration(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  let ms = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    ms += Number(amount) * (unitsMs[unit ?? ''] ?? 0)
  }
  return Math.round(ms)
}
