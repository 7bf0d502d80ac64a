/** Micro-dollars as US dollars. */
export function toUsd(micros: number): number {
  return micros / 1_000_000
}
