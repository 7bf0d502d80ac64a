/** A day in a time zone. Epoch milliseconds; `endsAt` is when the next one starts. */
export type Day = { name: string; startsAt: number; endsAt: number }

const dayMs = 86_400_000
// The longest day, and the longest jump of a zone's clock.
const reachMs = 26 * 3_600_000

/** The day, as in `2026-11-20`, in which a time lies. With summer time it may have 23 or 25 hours. */
export function dayOf(at: number, timeZone: string): Day {
  const nameOf = dayNamer(timeZone)
  const name = nameOf(at)
  const startsAt = firstTime((time) => nameOf(time) >= name, { after: at - reachMs, until: at })
  return { name, startsAt, endsAt: endOf(startsAt, at, nameOf) }
}

/** All days of which a part lies between two times, the first first. */
export function daysBetween(range: { from: number; to: number }, timeZone: string): Day[] {
  const { from, to } = range
  const nameOf = dayNamer(timeZone)
  const days = [dayOf(from, timeZone)]
  for (;;) {
    const startsAt = days.at(-1)?.endsAt ?? to
    if (startsAt >= to) return days
    days.push({ name: nameOf(startsAt), startsAt, endsAt: endOf(startsAt, startsAt, nameOf) })
  }
}

type Namer = (at: number) => string

/** Swedes write dates as ISO 8601 does. */
function dayNamer(timeZone: string): Namer {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  return (at) => format.format(at)
}

function endOf(startsAt: number, at: number, nameOf: Namer): number {
  const name = nameOf(at)
  const usual = startsAt + dayMs
  // Nearly always; searching asks the calendar thirty times.
  if (nameOf(usual - 1) === name && nameOf(usual) > name) return usual
  return firstTime((time) => nameOf(time) > name, { after: at, until: at + reachMs })
}

/** The first whole millisecond for which it holds; it must hold from then on. */
function firstTime(
  holds: (time: number) => boolean,
  { after, until }: { after: number; until: number },
): number {
  let low = after
  let high = until
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle
  }
  return high
}
