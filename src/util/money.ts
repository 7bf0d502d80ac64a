/** Money is kept as whole micro-dollars: sums stay exact. */
export function toMicros(usd: number): number {
  return Math.round(usd * 1e6)
}

/** Micro-dollars as US dollars. */
export function toUsd(micros: number): number {
  return micros / 1e6
}
