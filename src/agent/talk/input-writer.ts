import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import type { AgentPaths } from '../launch/agent-folder.ts'
import { isObject, type Loose } from '../messages/loose.ts'
import type { CostBaseline } from '../turn/cost.ts'
import type { RateLimit } from '../turn/turn-evidence.ts'

/** Writes up to this size are whole or not at all (pipe(7), PIPE_BUF). */
const atomicBytes = 4096

/** The journal begins anew with the next prompt when it has grown to this. */
const maxJournalBytes = 8 * 1024 * 1024

/** What is noted with a prompt, for whoever has to judge its turn. */
export type PromptNote = {
  /** The figures to tell its own cost from. */
  baseline?: CostBaseline
  /** What was known of the account's limit. */
  rateLimit?: RateLimit | null
}

/** One line of `in.jsonl`. */
export type JournalEntry = PromptNote & {
  /** Epoch milliseconds. */
  at: number
  /** How much of `out.jsonl` had been read by then; of a prompt, where its answer begins. */
  out: number
  /** What was about to be written. */
  line?: Loose
  /** The line before this entry, which was too long to be written in one step, has been written. */
  isWritten?: true
}

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
  const journal = openSync(paths.journal, 'a', 0o600)
  const socket = new Socket({ fd: fifo, readable: false, writable: true })
  // Told to whoever waits for the write.
  socket.on('error', () => undefined)
  let last: Promise<void> = Promise.resolve()
  let isClosed = false
  /** A supervisor died, or the disk was full, in the middle of the last entry: none may be glued to it. */
  let isTorn = /[^\n]$/.test(readWhole(paths.journal))

  function note(entry: JournalEntry): void {
    const bytes = Buffer.from(`${isTorn ? '\n' : ''}${JSON.stringify(entry)}\n`)
    isTorn = true
    for (let written = 0; written < bytes.length;) written += writeSync(journal, bytes, written)
    isTorn = false
  }

  async function writeNext(
    line: Loose,
    { from = readOffset(), ...prompt }: PromptNote & { from?: number },
  ): Promise<void> {
    if (isClosed) throw new Error('the input is closed')
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
    // What was said before this prompt is settled; only from here on it may have to be known again.
    if (prompt.baseline !== undefined && fstatSync(journal).size > maxJournalBytes)
      ftruncateSync(journal, 0)
    note({ at: now(), out: from, line, ...prompt })
    await new Promise<void>((resolve, reject) => {
      socket.write(bytes, (error) => {
        if (error === null || error === undefined) resolve()
        else reject(error)
      })
    })
    if (bytes.length > atomicBytes) note({ at: now(), out: readOffset(), isWritten: true })
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
      closeSync(journal)
    },
  }
}

/**
 * Notes the first request to an agent before there is one. A supervisor that dies between launching it
 * and telling it would else leave an agent that nobody ever tells what it was started with.
 */
export async function noteFirstRequest(paths: AgentPaths, request: Loose): Promise<void> {
  const line = { type: 'control_request', request_id: 'first', request }
  const entry: JournalEntry = { at: Date.now(), out: 0, line }
  await writeFile(paths.journal, `${JSON.stringify(entry)}\n`, { mode: 0o600 })
}

/** Reads `in.jsonl`. A torn last entry belongs to a line that was never written. */
export function readJournal(paths: AgentPaths): JournalEntry[] {
  const entries: JournalEntry[] = []
  for (const line of readWhole(paths.journal).split('\n')) {
    try {
      const entry: unknown = JSON.parse(line)
      if (isJournalEntry(entry)) entries.push(entry)
    } catch {
      // The empty end, or the torn entry.
    }
  }
  return entries
}

/** May the last line have reached the FIFO in part? Then nothing more can be written to it. */
export function mayBeTorn(entries: JournalEntry[]): boolean {
  const last = entries.at(-1)?.line
  return last !== undefined && Buffer.byteLength(JSON.stringify(last)) + 1 > atomicBytes
}

function isJournalEntry(value: unknown): value is JournalEntry {
  return isObject(value) && typeof value['at'] === 'number' && typeof value['out'] === 'number'
}

function readWhole(path: string): string {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch {
    return ''
  }
  try {
    const bytes = Buffer.alloc(fstatSync(fd).size)
    readSync(fd, bytes)
    return bytes.toString('utf8')
  } finally {
    closeSync(fd)
  }
}
