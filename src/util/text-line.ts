const hidden = new Set(['level', 'time', 'msg', 'pid'])

/** A line of a JSON log for people: `2026-11-20 08:54:04.123 WARN  message  runId=…`. */
export function toTextLine(jsonLine: string): string {
  const entry: unknown = JSON.parse(jsonLine)
  if (typeof entry !== 'object' || entry === null) return jsonLine
  const time = text(entry, 'time').replace('T', ' ').replace('Z', '')
  const fields = Object.entries(entry)
    .filter(([name, value]) => !hidden.has(name) && value !== undefined)
    .map(([name, value]) => `${name}=${show(value)}`)
  const level = text(entry, 'level').toUpperCase().padEnd(5)
  return `${[`${time} ${level} ${harmless(text(entry, 'msg'))}`, ...fields].join('  ')}\n`
}

function text(entry: object, name: string): string {
  const value: unknown = Reflect.get(entry, name)
  return typeof value === 'string' ? value : ''
}

function show(value: unknown): string {
  // What hostler raises itself says all in one sentence; where in the source helps nobody.
  if (typeof value === 'object' && value !== null && 'cure' in value) {
    return harmless(JSON.stringify(`${text(value, 'message')}; ${text(value, 'cure')}`))
  }
  if (typeof value === 'string' && /^[^\s"=\p{Cc}]+$/u.test(value)) return harmless(value)
  return harmless(JSON.stringify(value))
}

// What others sent ends up in messages: it must neither begin a line nor command a terminal.
function harmless(value: string): string {
  return value.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
  })
}
