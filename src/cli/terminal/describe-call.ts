import { safeText } from './safe-text.ts'

/** More than this nobody reads in a terminal; what is left out is told. */
const maxLines = 60

/** A tool call in full: a lone command as it is, other inputs field by field. */
export function describeCall(input: Record<string, unknown>): string[] {
  const { command, description: _description, ...others } = input
  const isCommandOnly = typeof command === 'string' && Object.keys(others).length === 0
  const lines = isCommandOnly
    ? safeText(command).split('\n')
    : Object.entries(input).flatMap(([name, value]) => describeField(name, value))
  if (lines.length <= maxLines) return lines
  const left = lines.length - maxLines
  return [...lines.slice(0, maxLines - 10), `… ${left} lines more …`, ...lines.slice(-10)]
}

function describeField(name: string, value: unknown): string[] {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const lines = safeText(text).split('\n')
  if (lines.length === 1) return [`${safeText(name)}: ${lines[0]}`]
  return [`${safeText(name)}:`, ...lines.map((one) => `  ${one}`)]
}
