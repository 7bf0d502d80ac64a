/**
 * What a `Range` header asks for, `to` exclusive, or null when it cannot be had. One range only
 * (RFC 9110, 14.1.2): several would need a multipart answer, which no reader of logs asks for.
 */
export function parseRange(header: string, total: number): { from: number; to: number } | null {
  const match = /^bytes=(\d{0,16})-(\d{0,16})$/.exec(header.trim())
  if (match === null) return null
  const [, first = '', last = ''] = match
  if (first === '') {
    const bytes = Math.min(Number(last), total)
    return last === '' || bytes === 0 ? null : { from: total - bytes, to: total }
  }
  const from = Number(first)
  const to = last === '' ? total : Math.min(Number(last) + 1, total)
  return from < to ? { from, to } : null
}
