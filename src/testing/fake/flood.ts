import { setImmediate as nextTurn } from 'node:timers/promises'
import { pause } from '../gates.ts'
import { writeAll } from './output.ts'

/** The number of a line, at the start of its text and wherever else `toLine` puts it. */
export const numberDigits = 10
const batchBytes = 1_000_000
const tickMs = 20

export type FloodOptions = {
  /** The line without its newline, for this text. */
  toLine: (text: string) => string
  bytes: number
  lines: number
  perSecond: number | null
  forMs: number
  signal: AbortSignal
}

/**
 * Writes numbered lines. One buffer of many lines is made once; only the numbers in it change, so
 * that the reader is what is measured, not the writer.
 */
export async function flood(options: FloodOptions): Promise<void> {
  const { lines, perSecond, forMs, signal } = options
  const line = toNumberedLine(options)
  const perBatch = Math.max(1, Math.floor(batchBytes / line.bytes.length))
  const batch = Buffer.concat(Array.from({ length: perBatch }, () => line.bytes))
  const startedAt = performance.now()
  let sent = 0
  while (sent < lines && !signal.aborted) {
    const elapsedMs = performance.now() - startedAt
    if (elapsedMs >= forMs) return
    const due = perSecond === null ? Infinity : Math.floor((elapsedMs * perSecond) / 1000) + 1
    const count = Math.min(lines, due) - sent
    for (let left = count; left > 0 && !signal.aborted; left -= perBatch) {
      const now = Math.min(left, perBatch)
      for (let index = 0; index < now; index++) {
        for (const at of line.numbersAt) {
          writeDigits(batch, index * line.bytes.length + at, sent + index)
        }
      }
      writeAll(batch.subarray(0, now * line.bytes.length))
      sent += now
      if (sent % (perBatch * 4) < now) await nextTurn()
      if (performance.now() - startedAt >= forMs) return
    }
    if (perSecond !== null) await pause(Math.max(tickMs, 1000 / perSecond), { signal })
  }
}

function toNumberedLine({ toLine, bytes }: FloodOptions): { bytes: Buffer; numbersAt: number[] } {
  const mark = '#'.repeat(numberDigits)
  const bare = Buffer.byteLength(toLine(mark)) + 1
  const padding = Math.max(0, bytes - bare)
  const line = Buffer.from(
    `${toLine(mark + ' '.repeat(Math.min(1, padding)) + 'x'.repeat(Math.max(0, padding - 1)))}\n`,
  )
  const numbersAt: number[] = []
  for (let at = line.indexOf(mark); at !== -1; at = line.indexOf(mark, at + 1)) numbersAt.push(at)
  return { bytes: line, numbersAt }
}

function writeDigits(buffer: Buffer, at: number, value: number): void {
  let rest = value
  for (let index = numberDigits - 1; index >= 0; index--) {
    buffer[at + index] = 48 + (rest % 10)
    rest = Math.floor(rest / 10)
  }
}
