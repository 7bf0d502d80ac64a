import type { JsonSchema } from '../../src/service/configuration/json-schema.ts'
import { describeDefault, describeType } from './describe-key.ts'

/** A table of the keys of an object: name, type, default, meaning. */
export function keyTable({ properties = {}, required = [] }: JsonSchema): string {
  const rows = Object.entries(properties).map(([name, key]) => [
    `\`${name}\``,
    describeType(key),
    required.includes(name) && key.default === undefined
      ? 'must be given'
      : describeDefault(name, key),
    key.description ?? '',
  ])
  return table(['key', 'type', 'default', 'meaning'], rows)
}

function table(head: string[], rows: string[][]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const lines = cells.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  )
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [lines[0], rule, ...lines.slice(1)].join('\n')
}
