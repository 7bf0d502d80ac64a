import { createClipper, type Clipper } from './clip-line.ts'

/** Bytes of the log, and once somebody has asked for it the same as one character per byte. */
type Chunk = { readonly bytes: Buffer; latin1: string | null }

/** One line of the log, without its newline. */
export type Line = {
  /**
   * Holds the line from `start` to `stop`, and its neighbours: a view and a string for each of many
   * small lines took longer than reading them. Only valid until the next chunk is pushed, as the bytes
   * are the caller's.
   */
  chunk: Chunk
  start: number
  stop: number
  /** Where the line begins in the log. */
  offset: number
  /** Where the next line begins. */
  end: number
  /** Length in the log. More than is in the chunk when the line was clipped. */
  length: number
  /** The line was longer than allowed: the chunk has its JSON with the long strings cut, or nothing. */
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

export function lineText(line: Line): string {
  return line.chunk.bytes.toString('utf8', line.start, line.stop)
}

/** The line with one character per byte. */
export function lineLatin1({ chunk, start, stop }: Line): string {
  chunk.latin1 ??= chunk.bytes.toString('latin1')
  return chunk.latin1.slice(start, stop)
}

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

  /** The line ends in `chunk` at `stop`; its beginning may have come before. */
  function emit(chunk: Chunk, start: number, stop: number, newlineBytes: 0 | 1): void {
    const length = pendingBytes + stop - start
    const isWhole = pendingBytes === 0
    const isClipped = length > maxLineBytes
    const joined = isWhole && !isClipped ? null : join(chunk.bytes.subarray(start, stop), isClipped)
    const line: Line = {
      chunk: joined ?? chunk,
      start: joined === null ? start : 0,
      stop: joined?.bytes.length ?? stop,
      offset,
      end: offset + length + newlineBytes,
      length,
      isClipped,
    }
    offset = line.end
    parts = []
    pendingBytes = 0
    clipper = null
    onLine(line)
  }

  function join(last: Buffer, isClipped: boolean): Chunk {
    if (!isClipped) return { bytes: Buffer.concat([...parts, last]), latin1: null }
    keep(last)
    return { bytes: clipper?.finish() ?? Buffer.alloc(0), latin1: null }
  }

  return {
    push(bytes) {
      const chunk: Chunk = { bytes, latin1: null }
      let start = 0
      for (;;) {
        const at = bytes.indexOf(newline, start)
        if (at === -1) break
        emit(chunk, start, at, 1)
        start = at + 1
      }
      if (start < bytes.length) keep(bytes.subarray(start))
    },
    finish() {
      if (pendingBytes > 0) emit({ bytes: Buffer.alloc(0), latin1: null }, 0, 0, 0)
    },
    get offset() {
      return offset
    },
    get pendingBytes() {
      return pendingBytes
    },
  }
}
