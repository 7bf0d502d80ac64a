import { textWidth } from '../terminal/text-width.ts'

/** Rows under their headings, in columns as wide as they need. */
export function toTable(headings: string[], rows: string[][]): string[] {
  const all = [headings, ...rows]
  const widths = headings.map((_, column) =>
    Math.max(...all.map((row) => textWidth(row[column] ?? ''))),
  )
  return all.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - textWidth(cell)))
      .join('  ')
      .trimEnd(),
  )
}
