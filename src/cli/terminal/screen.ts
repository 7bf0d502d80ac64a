import type { Io } from '../io.ts'
import { createPaint, type Paint } from './paint.ts'
import { safeText } from './safe-text.ts'

const redrawMs = 120
const clearLine = '\r\u001b[2K'
// What is not a terminal has no width to heed.
const endless = 10_000

/**
 * Where a command writes: the answer to stdout, everything else to stderr, and on a terminal one line
 * below both that tells what goes on. The three share a screen without tearing each other apart.
 */
export type Screen = {
  readonly paint: Paint
  /** Both streams show on a terminal: texts can be streamed, and a status line drawn. */
  readonly streams: boolean
  /** Columns for a line on stderr. */
  readonly columns: number
  /** Sets what follows of the answer apart from what stands before it. */
  beginBlock(): void
  /** A piece of the answer. */
  write(text: string): void
  /** Begins a new line where the answer stands in the middle of one. */
  endLine(): void
  /** A line beside the answer. */
  note(line: string): void
  /** Draws the line from now on, anew several times a second; `null` takes it away. */
  setStatus(make: (() => string) | null): void
  /** Somebody else draws, until the returned function is called: what comes meanwhile is kept back. */
  suspend(): () => void
  close(): void
}

export function createScreen(io: Io, options: { isQuiet?: boolean } = {}): Screen {
  const { stdout, stderr } = io
  const isShared = stdout.isTTY && stderr.isTTY
  const hasStatus = stderr.isTTY && options.isQuiet !== true
  // A terminal of no size, as recorders and containers have: questions would be wrapped for ever.
  if (stderr.isTTY && stderr.columns === 0) stderr.columns = 80
  let isMidLine = false
  let isDrawn = false
  let suspended = 0
  let held: (() => void)[] = []
  let last: 'answer' | 'note' | null = null
  let make: (() => string) | null = null
  const timer = hasStatus ? setInterval(draw, redrawMs) : null
  timer?.unref()

  function erase(): void {
    if (!isDrawn) return
    stderr.write(clearLine)
    isDrawn = false
  }

  function draw(): void {
    // A line that is still growing is the status itself.
    if (!hasStatus || make === null || suspended > 0 || (isShared && isMidLine)) return
    stderr.write(`${clearLine}${make()}`)
    isDrawn = true
  }

  function show(print: () => void): void {
    if (suspended > 0) {
      held.push(print)
      return
    }
    erase()
    print()
    draw()
  }

  function endLine(): void {
    if (isMidLine) stdout.write('\n')
    isMidLine = false
  }

  return {
    paint: createPaint(io.config.usesColour(stderr)),
    streams: stdout.isTTY,
    get columns() {
      return stderr.isTTY ? Math.max(20, stderr.columns) : endless
    },
    beginBlock() {
      show(() => {
        endLine()
        if (last === 'answer' || (isShared && last === 'note')) stdout.write('\n')
      })
    },
    write(text) {
      if (text === '') return
      show(() => {
        stdout.write(stdout.isTTY ? safeText(text) : text)
        isMidLine = !text.endsWith('\n')
        last = 'answer'
      })
    },
    endLine() {
      show(endLine)
    },
    note(line) {
      if (options.isQuiet === true) return
      show(() => {
        if (isShared) {
          endLine()
          if (last === 'answer') stderr.write('\n')
          last = 'note'
        }
        stderr.write(`${line}\n`)
      })
    },
    setStatus(next) {
      make = next
      if (next === null) erase()
      else draw()
    },
    suspend() {
      erase()
      if (isShared) endLine()
      suspended++
      return () => {
        suspended--
        if (suspended > 0) return
        if (isShared) last = null
        const waiting = held
        held = []
        for (const print of waiting) show(print)
        draw()
      }
    },
    close() {
      if (timer !== null) clearInterval(timer)
      erase()
      endLine()
    },
  }
}
