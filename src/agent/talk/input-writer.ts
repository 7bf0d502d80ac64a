import { constants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import type { AgentPaths } from '../launch/agent-folder.ts'
import type { Loose } from '../messages/loose.ts'
import { atomicBytes, openJournal, type PromptNote } from './journal.ts'

export type InputWriter = {
  /** Notes the line in the journal and writes it. Lines are written in order, each as a whole. */
  write(line: Loose, options?: PromptNote & { from?: number }): Promise<void>
  close(): void
}

/**
 * Opens the FIFO of an agent. What is written is noted first, so that a supervisor that comes after
 * this one knows what the agent has been told, and whether the last line may be torn.
 *
 * It is opened for reading too, though never read here: so it can be written to before the CLI has
 * opened its end.
 */
export function openInput(
  paths: AgentPaths,
  options: { readOffset: () => number; now?: () => number },
): InputWriter {
  const { readOffset, now = Date.now } = options
  const fifo = openSync(paths.input, constants.O_RDWR | constants.O_NONBLOCK)
  const journal = openJournal(paths)
  const socket = new Socket({ fd: fifo, readable: false, writable: true })
  // Told to whoever waits for the write.
  socket.on('error', () => undefined)
  let last: Promise<void> = Promise.resolve()
  let isClosed = false

  async function writeNext(
    line: Loose,
    { from = readOffset(), ...prompt }: PromptNote & { from?: number },
  ): Promise<void> {
    if (isClosed) throw new Error('the input is closed')
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
    journal.note({ at: now(), out: from, line, ...prompt })
    await new Promise<void>((resolve, reject) => {
      socket.write(bytes, (error) => {
        if (error === null || error === undefined) resolve()
        else reject(error)
      })
    })
    if (bytes.length > atomicBytes) journal.note({ at: now(), out: readOffset(), isWritten: true })
  }

  return {
    async write(line, given = {}) {
      const turn = last.then(() => writeNext(line, given))
      // A failed write is told to its own caller; the next one finds out for itself.
      last = turn.catch(() => undefined)
      await turn
    },
    close() {
      if (isClosed) return
      isClosed = true
      socket.destroy()
      journal.close()
    },
  }
}
