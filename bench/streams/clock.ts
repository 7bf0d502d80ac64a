/** Microseconds of a clock that all processes of the machine share. */
export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n)
}

/** What a message says of when it was written: found again in whatever is made of it. */
export function toStamp(): string {
  return `at=${nowUs()};`
}

/** Of every stamp in a text, how long ago it was made, in milliseconds. */
export function agesOf(text: string): number[] {
  const now = nowUs()
  return [...text.matchAll(/at=(\d+);/g)].map(([, at]) => (now - Number(at)) / 1000)
}
