import { exitCodes } from '../exit-codes.ts'
import { HostlerError } from '../../errors.ts'
import { safeLine } from '../terminal/safe-text.ts'
import { fitText } from '../terminal/text-width.ts'
import { columnsOf } from './print.ts'
import type { Service } from './with-hostler.ts'

// Ages and free memory change without anything having happened.
const refreshMs = 5_000
const leastMs = 250
const [up, clearDown, hideCursor, showCursor] = [
  '\u001b[A',
  '\u001b[J',
  '\u001b[?25l',
  '\u001b[?25h',
]

/**
 * Draws the lines over and over, as often as something changes, but not more than a few times a second.
 * Ctrl-C leaves the last ones on the screen.
 */
export async function watchStatus(
  { hostler, io, leaving, signal, onReconnect }: Service,
  draw: () => Promise<string[]>,
): Promise<number> {
  const { stdout } = io
  const watching = new AbortController()
  const stop = (): void => watching.abort()
  signal.addEventListener('abort', stop, { once: true })
  // Here it is how one leaves.
  leaving.onInterrupt(stop)
  let wake: () => void = () => undefined
  let hasChanged = false
  let drawn = 0
  let failure: unknown = null

  function look(): void {
    hasChanged = true
    wake()
  }

  async function listen(): Promise<void> {
    const changes = hostler.changes({ signal: watching.signal })[Symbol.asyncIterator]()
    // One change after the other; what it was, the next picture tells.
    while ((await changes.next()).done !== true) look()
  }

  function show(lines: string[]): void {
    const rows = Math.max(2, stdout.rows - 1)
    const fitting =
      lines.length <= rows
        ? lines
        : [...lines.slice(0, rows - 1), fitText(`… ${lines.length - rows + 1} more lines`, 40)]
    const back = drawn === 0 ? '' : `\r${up.repeat(drawn)}`
    stdout.write(`${back}${clearDown}${fitting.join('\n')}\n`)
    drawn = fitting.length
  }

  /** A daemon that starts anew is waited for, once it has been there. */
  async function drawOr(before: string[] | null): Promise<string[]> {
    try {
      return await draw()
    } catch (error) {
      const isAway = error instanceof HostlerError && error.code === 'server_unreachable'
      if (before === null || !isAway) throw error
      const [head = ''] = before
      return [head, fitText(safeLine(error.message), columnsOf(io)), ...before.slice(2)]
    }
  }

  onReconnect(() => look())
  const listening = listen().catch((error: unknown) => {
    failure = error
    stop()
  })
  stdout.on('resize', look)
  stdout.write(hideCursor)
  try {
    let lines: string[] | null = null
    while (!watching.signal.aborted) {
      hasChanged = false
      // One picture after the other.
      lines = await drawOr(lines)
      if (!watching.signal.aborted) show(lines)
      await wait(leastMs)
      if (!hasChanged) await wait(refreshMs)
    }
    if (failure !== null) throw failure
    return leaving.exitCode ?? exitCodes.ok
  } finally {
    stop()
    stdout.write(showCursor)
    stdout.off('resize', look)
    await listening
  }

  /** Until the time is over, or the command; after the shortest time also until something changes. */
  async function wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(end, ms)
      watching.signal.addEventListener('abort', end, { once: true })
      if (ms > leastMs) wake = end
      if (watching.signal.aborted) end()
      function end(): void {
        clearTimeout(timer)
        watching.signal.removeEventListener('abort', end)
        wake = () => undefined
        resolve()
      }
    })
  }
}
