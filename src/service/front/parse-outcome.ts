import { outcomes, type Outcome } from '../../events/outcome.ts'

/** The outcome of a column; null for none, and for one that only a newer program knows. */
export function parseOutcome(text: string | null): Outcome | null {
  return outcomes.find((outcome) => outcome === text) ?? null
}
