/** Shortens one line of JSON, fed in pieces, by cutting its long strings. */
export type Clipper = {
  push(chunk: Buffer): void
  /** The shortened JSON; `null` when even without long strings it is too long. */
  finish(): Buffer | null
}

const quote = 0x22
const backslash = 0x5c
const letterU = 0x75
const mark = Buffer.from(' [clipped]')

/**
 * A result line of 60 MB still carries the cost and the session id of the turn. So an over-long line is
 * not thrown away: the text inside its strings is, and what remains is small and valid JSON. Memory
 * stays below `maxBytes`, time is linear.
 */
export function createClipper(maxBytes: number): Clipper {
  const maxStringBytes = Math.max(64, Math.floor(maxBytes / 8))
  const out: Buffer[] = []
  let outBytes = 0
  let isInString = false
  let isCutting = false
  let stringBytes = 0
  // Bytes that still belong to an escape: a cut within \u1234 would break the JSON.
  let escapeLeft = 0
  let isEscapeKind = false

  function write(part: Buffer): void {
    if (part.length === 0 || outBytes > maxBytes) return
    out.push(Buffer.from(part))
    outBytes += part.length
  }

  return {
    push(chunk) {
      let from = 0
      for (let at = 0; at < chunk.length; at++) {
        const byte = chunk[at] ?? 0
        if (!isInString) {
          if (byte === quote) {
            isInString = true
            stringBytes = 0
          }
          continue
        }
        stringBytes++
        if (escapeLeft > 0) {
          escapeLeft = isEscapeKind && byte === letterU ? 4 : escapeLeft - 1
          isEscapeKind = false
          continue
        }
        if (byte === quote) {
          if (isCutting) {
            write(mark)
            from = at
          }
          isInString = false
          isCutting = false
          continue
        }
        if (!isCutting && stringBytes > maxStringBytes && isCharacterStart(byte)) {
          write(chunk.subarray(from, at))
          isCutting = true
        }
        if (byte === backslash) {
          escapeLeft = 1
          isEscapeKind = true
        }
      }
      if (!isCutting) write(chunk.subarray(from))
    },
    finish: () => (outBytes > maxBytes ? null : Buffer.concat(out, outBytes)),
  }
}

/** UTF-8 continuation bytes are 10xxxxxx: a cut before one would leave half a character. */
function isCharacterStart(byte: number): boolean {
  return (byte & 0xc0) !== 0x80
}
