import type { FiringPlan } from './plan-firing.ts'

/** Which times were missed, in one line: `3 times until 2026-11-20T02:30:00Z; nothing ran then`. */
export function describeMissed(missed: NonNullable<FiringPlan['missed']>): string {
  const { count, isCounted, to } = missed
  if (isCounted && count === 1) return 'nothing ran then'
  const times = isCounted ? `${count} times` : `more than ${count} times`
  return `${times} until ${new Date(to).toISOString().slice(0, 19)}Z; nothing ran then`
}
