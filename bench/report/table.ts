import type { Machine } from './machine.ts'
import { toText, type Part } from './row.ts'

/** The findings as Markdown, which also reads well on a terminal. */
export function toMarkdown(machine: Machine, parts: readonly Part[]): string {
  const lines = Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`)
  for (const { title, about, rows, targets } of parts) {
    lines.push('', `## ${title}`, '', about, '')
    const cells = rows.map((row) => [
      row.what,
      row.contender,
      `${toText(row.median)} ${row.unit}`,
      `${toText(row.low)} – ${toText(row.high)}`,
      String(row.rounds),
      row.note,
    ])
    lines.push(...toTable(['what', 'who', 'median', 'quartiles', 'rounds', 'note'], cells), '')
    for (const { what, isReached, said } of targets) {
      lines.push(`- ${isReached ? 'reached' : 'MISSED'}: ${what}: ${said}`)
    }
  }
  return `${lines.join('\n')}\n`
}

function toTable(head: string[], rows: string[][]): string[] {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const toLine = (row: string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [toLine(head), toLine(widths.map((width) => '-'.repeat(width))), ...rows.map(toLine)]
}
