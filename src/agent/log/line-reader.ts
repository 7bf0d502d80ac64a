import { createClipper, type Clipper } from './clip-line.ts'

/** One line of the log, without its newline. */
export type Line = {
  /** Only valid until the next chunk is pushed: the reader hands out views of the caller's buffer. */
  bytes: Buffer
  /** Where the line begins in the log. */
  offset: number
  /** Where the next line begins. */
  end: number
  /** Length in the log. More than `bytes` when the line was clipped. */
  length: number
  /** The line was longer than allowed: `bytes` is its JSON with the long strings cut, or empty. */
  isClipped: boolean
}

export type LineReader = {
  /** Feeds the next bytes of the log; calls `onLine` for each line that they complete. */
  push(chunk: Buffer): void
  /** Nothing follows: what there is of a last line without a newline is a line too. */
  finish(): void
  /** The offset of the first byte that belongs to no finished line. */
  readonly offset: number
  /** The length of the unfinished line. */
  readonly pendingBytes: number
}

const newline = 0x0a

/**
 * Splits bytes into lines at LF alone. The parts of an unfinished line are kept as a list and joined
 * once: appending to one string made a 60 MB line take 37 seconds, being quadratic.
 */
export function createLineReader(options: {
  maxLineBytes: number
  from?: number
  onLine: (line: Line) => void
}): LineReader {
  const { maxLineBytes, onLine } = options
  let offset = options.from ?? 0
  let parts: Buffer[] = []
  let pendingBytes = 0
  let clipper: Clipper | null = null

  function keep(part: Buffer): void {
    pendingBytes += part.length
    if (clipper === null && pendingBytes > maxLineBytes) {
      clipper = createClipper(maxLineBytes)
      for (const earlier of parts) clipper.push(earlier)
      parts = []
    }
    // A copy, since the caller reuses its buffer.
    if (clipper === null) parts.push(Buffer.from(part))
    else clipper.push(part)
  }

  function emit(last: Buffer, newlineBytes: 0 | 1): void {
    const length = pendingBytes + last.length
    let bytes = last
    let isClipped = false
    if (clipper !== null || length > maxLineBytes) {
      if (clipper === null) keep(last)
      else clipper.push(last)
      bytes = clipper?.finish() ?? Buffer.alloc(0)
      isClipped = true
    } else if (parts.length > 0) {
      bytes = Buffer.concat([...parts, last], length)
    }
    const line = { bytes, offset, end: offset + length + newlineBytes, length, isClipped }
    offset = line.end
    parts = []
    pendingBytes = 0
    clipper = null
    onLine(line)
  }

  return {
    push(chunk) {
      let start = 0
      for (;;) {
        const at = chunk.indexOf(newline, start)
        if (at === -1) break
        emit(chunk.subarray(start, at), 1)
        start = at + 1
      }
      if (start < chunk.length) keep(chunk.subarray(start))
    },
    finish() {
      if (pendingBytes > 0) emit(Buffer.alloc(0), 0)
    },
    get offset() {
      return offset
    },
    get pendingBytes() {
      return pendingBytes
    },
  }
}
