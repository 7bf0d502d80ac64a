import type { Io } from '../io.ts'
import { safeLine } from '../terminal/safe-text.ts'

/** How often the line is written anew at most. */
const everyMs = 100

/** One line on the terminal that says how far it has come; nothing where there is none. */
export function createProgressLine(io: Io): { show(text: string): void; clear(): void } {
  if (!io.stderr.isTTY) return { show: () => undefined, clear: () => undefined }
  let shownAt = -Infinity
  return {
    show(text) {
      if (performance.now() - shownAt < everyMs) return
      shownAt = performance.now()
      const width = Math.max(10, io.stderr.columns - 1)
      io.stderr.write(`\r\u001B[K${safeLine(text).slice(0, width)}`)
    },
    clear: () => void io.stderr.write('\r\u001B[K'),
  }
}
