import { randomBytes } from 'node:crypto'

/** Of the newest id: those of one millisecond are told apart by a counter. */
const newest = { ms: 0, count: 0 }
const mostPerMs = 0xfff

/**
 * A UUID of version 7 (RFC 9562, method 1): ids made later in one process sort later, also within a
 * millisecond, so that lists by id keep the order in which things came.
 */
export function uuidV7(now: number = Date.now()): string {
  if (now > newest.ms) {
    newest.ms = now
    newest.count = 0
  } else if (newest.count < mostPerMs) {
    newest.count += 1
  } else {
    newest.ms += 1
    newest.count = 0
  }
  const bytes = randomBytes(16)
  bytes.writeUIntBE(newest.ms, 0, 6)
  bytes.writeUInt16BE(0x7000 | newest.count, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}
