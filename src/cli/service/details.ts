import type { Io } from '../io.ts'
import { createPaint } from '../terminal/paint.ts'
import { safeLine } from '../terminal/safe-text.ts'

/** What is known of one thing: names and values; what has none is left out. */
export function printDetails(io: Io, details: Record<string, string | null>): void {
  const paint = createPaint(io.config.usesColour(io.stdout))
  const known = Object.entries(details).filter(([, value]) => value !== null && value !== '')
  const width = Math.max(...known.map(([name]) => name.length))
  for (const [name, value] of known) {
    io.stdout.write(`${paint.dim(name.padEnd(width))}  ${safeLine(value ?? '')}\n`)
  }
}

export function printHeading(io: Io, text: string): void {
  const paint = createPaint(io.config.usesColour(io.stdout))
  io.stdout.write(`\n${paint.bold(text)}\n`)
}

/** `team=core, nightly=true`. */
export function joinPairs(pairs: Record<string, unknown>): string {
  return Object.entries(pairs)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
}
