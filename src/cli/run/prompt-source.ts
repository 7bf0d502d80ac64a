import { createInterface } from 'node:readline'
import type { Io } from '../io.ts'
import type { Screen } from '../terminal/screen.ts'

/** Where the prompts of an open session come from. */
export type PromptSource = Disposable & {
  /** The next prompt; `null` when there will be none. */
  next(signal: AbortSignal): Promise<string | null>
  /** Why there was none: `/exit` was typed, or the input ended (Ctrl-D). */
  readonly end: 'exit' | 'closed' | null
}

/** Lines that arrive together were pasted together: one prompt. */
const pasteMs = 20

/** Asks a person line by line on a terminal; reads the lines of stdin when that is a pipe. */
export function promptSource(io: Io, screen: Screen): PromptSource {
  return io.stdin.isTTY ? typedPrompts(io, screen) : pipedPrompts(io)
}

function typedPrompts(io: Io, screen: Screen): PromptSource {
  let history: string[] = []
  let end: 'exit' | 'closed' | null = null

  async function ask(signal: AbortSignal): Promise<string | null> {
    const resume = screen.suspend()
    // One for each prompt: between them the keyboard belongs to questions and to Ctrl-C.
    const lines = createInterface({
      input: io.stdin,
      output: io.stderr,
      prompt: screen.paint.bold('› '),
      history,
      historySize: 200,
    })
    lines.on('history', (next) => (history = next))
    try {
      return await new Promise<string | null>((resolve) => {
        const typed: string[] = []
        let timer: NodeJS.Timeout | null = null
        lines.on('line', (line) => {
          typed.push(line)
          timer ??= setTimeout(() => resolve(typed.join('\n')), pasteMs)
        })
        lines.on('close', () => resolve(typed.length > 0 ? typed.join('\n') : null))
        lines.on('SIGINT', () => {
          if (lines.line === '') resolve(null)
          else {
            io.stderr.write('\n')
            lines.write(null, { ctrl: true, name: 'u' })
            lines.prompt()
          }
        })
        signal.addEventListener('abort', () => resolve(null), { once: true })
        lines.prompt()
      })
    } finally {
      lines.close()
      resume()
    }
  }

  return {
    get end() {
      return end
    },
    async next(signal) {
      for (;;) {
        if (signal.aborted) return null
        const typed = await ask(signal)
        if (typed === null) end = 'closed'
        else if (typed.trim() === '/exit') end = 'exit'
        else if (typed.trim() === '') continue
        else return typed
        return null
      }
    },
    [Symbol.dispose]: () => undefined,
  }
}

function pipedPrompts(io: Io): PromptSource {
  const lines = createInterface({ input: io.stdin, terminal: false })
  const iterator = lines[Symbol.asyncIterator]()
  let end: 'exit' | 'closed' | null = null
  return {
    get end() {
      return end
    },
    async next(signal) {
      const aborted = new Promise<null>((resolve) => {
        if (signal.aborted) resolve(null)
        signal.addEventListener('abort', () => resolve(null), { once: true })
      })
      for (;;) {
        const read = await Promise.race([iterator.next(), aborted])
        if (read === null || read.done === true) end = 'closed'
        else if (read.value.trim() === '/exit') end = 'exit'
        else if (read.value.trim() === '') continue
        else return read.value
        return null
      }
    },
    [Symbol.dispose]() {
      lines.close()
      io.stdin.destroy()
    },
  }
}
