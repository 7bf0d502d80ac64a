import { InvalidArgumentError } from 'commander'

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** A time that is past: `12h`, `7d` or `4w` ago, or a date, of this machine's time zone. Epoch milliseconds. */
export function parseSince(text: string, now: number): number {
  const ago = /^(\d{1,5})([hdw])$/.exec(text)
  if (ago !== null) return now - Number(ago[1]) * (unitMs[ago[2] ?? ''] ?? 0)
  // Without a time, a date would be one of UTC.
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text)
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text)
  const at = isDay ? Date.parse(`${text}T00:00`) : isTime ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) {
    throw new InvalidArgumentError('Give 12h, 7d or 4w, or a date such as 2026-11-01.')
  }
  return at
}
