import { toTable } from '../agents/table.ts'
import type { Io } from '../io.ts'
import { createPaint } from '../terminal/paint.ts'
import { safeLine } from '../terminal/safe-text.ts'
import { fitText, textWidth } from '../terminal/text-width.ts'

const narrowestCell = 12

export function printJson(io: Io, value: unknown): void {
  io.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** A table on stdout that fits the terminal; a pipe gets all of it. */
export function printTable(io: Io, headings: string[], rows: string[][]): void {
  const paint = createPaint(io.config.usesColour(io.stdout))
  const [heading = '', ...lines] = toFittedTable(headings, rows, columnsOf(io))
  io.stdout.write(`${paint.dim(heading)}\n`)
  for (const line of lines) io.stdout.write(`${line}\n`)
}

/** Columns of the terminal; what is none has no width to heed. */
export function columnsOf({ stdout }: Io): number {
  return stdout.isTTY && stdout.columns > 0 ? Math.max(20, stdout.columns) : Infinity
}

/** The last column holds free text, and gives way first. */
export function toFittedTable(headings: string[], rows: string[][], columns: number): string[] {
  const last = headings.length - 1
  const clean = rows.map((row) => row.map((cell) => safeLine(cell)))
  const others = [headings, ...clean].map((row) => row.slice(0, last))
  const taken = headings
    .slice(0, last)
    .map((_, column) => Math.max(...others.map((row) => textWidth(row[column] ?? ''))))
    .reduce((sum, width) => sum + width + 2, 0)
  const room = Math.max(narrowestCell, columns - taken)
  const fitted = clean.map((row) => [...row.slice(0, last), fitText(row[last] ?? '', room)])
  return toTable(headings, fitted).map((line) => fitText(line, columns))
}

/**
 * An id as a table shows it: on a terminal cut after the time and the first random digits, which is
 * enough for every command; whole in a pipe.
 */
export function shownId(id: string, io: Io): string {
  return io.stdout.isTTY ? id.slice(0, 18) : id
}
