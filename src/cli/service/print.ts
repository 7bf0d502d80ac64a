import { toTable } from '../agents/table.ts'
import type { Io } from '../io.ts'
import { createPaint } from '../terminal/paint.ts'
import { safeLine } from '../terminal/safe-text.ts'
import { fitText, textWidth } from '../terminal/text-width.ts'

// The least of the last column: what it ought to have, and what it may be left with.
const leastText = { wanted: 12, needed: 7 }
// A session's key may be long; an id as it is shown is 18 wide. `waiting until 23:00:00` is a whole state.
const narrowest = { state: 22, words: 18 }
// What a narrow terminal has no room for goes, in this order: `hostler show` and --json have it.
const leastNeeded = ['', 'AGE', 'TOOK', 'EXPIRES', 'LAST']

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

/**
 * The last column holds free text, and gives way first; then go the columns that are needed least, then
 * the longest words of the others.
 */
export function toFittedTable(headings: string[], rows: string[][], columns: number): string[] {
  let all = [headings, ...rows.map((row) => row.map((cell) => safeLine(cell)))]
  for (const heading of leastNeeded) {
    const column = all[0]?.indexOf(heading) ?? -1
    if (column > 0 && isTooWide(all, columns)) {
      all = all.map((row) => row.filter((_, index) => index !== column))
    }
  }
  if (isTooWide(all, columns)) all = cutCells(all, narrowest.words, (name) => name !== 'STATE')
  if (isTooWide(all, columns)) all = cutCells(all, narrowest.state, (name) => name === 'STATE')
  const last = (all[0]?.length ?? 1) - 1
  const room = Math.max(leastText.needed, columns - widthBeforeLast(all))
  const [heading = [], ...fitted] = all.map((row) => [
    ...row.slice(0, last),
    fitText(row[last] ?? '', room),
  ])
  return toTable(heading, fitted).map((line) => fitText(line, columns))
}

/** Never the ids of the first column, and the last one has what is left. */
function cutCells(
  all: string[][],
  width: number,
  isMeant: (heading: string) => boolean,
): string[][] {
  const [headings = []] = all
  return all.map((row) =>
    row.map((cell, column) => {
      const isBetween = column > 0 && column < row.length - 1
      return isBetween && isMeant(headings[column] ?? '') ? fitText(cell, width) : cell
    }),
  )
}

/** Whether too little is left for the last column, or for all of it where that is short. */
function isTooWide(all: string[][], columns: number): boolean {
  const needed = Math.max(...all.map((row) => textWidth(row.at(-1) ?? '')))
  return widthBeforeLast(all) + Math.min(needed, leastText.wanted) > columns
}

function widthBeforeLast(all: string[][]): number {
  const last = (all[0]?.length ?? 1) - 1
  let width = 0
  for (let column = 0; column < last; column++) {
    width += Math.max(...all.map((row) => textWidth(row[column] ?? ''))) + 2
  }
  return width
}

/**
 * An id as a table shows it: on a terminal cut after the time and the first random digits, which is
 * enough for every command; whole in a pipe.
 */
export function shownId(id: string, io: Io): string {
  return io.stdout.isTTY ? id.slice(0, 18) : id
}
