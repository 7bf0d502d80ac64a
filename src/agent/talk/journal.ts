import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { isErrno } from '../../util/is-errno.ts'
import type { AgentPaths } from '../launch/agent-folder.ts'
import { isObject, type Loose } from '../messages/loose.ts'
import type { CostBaseline } from '../turn/cost.ts'
import type { RateLimit } from '../turn/turn-evidence.ts'

/** Writes up to this size are whole or not at all: PIPE_BUF, of pipe(7), and the least of POSIX elsewhere. */
export const atomicBytes: number = process.platform === 'linux' ? 4096 : 512

/** The journal begins anew with the next prompt when it has grown to this. */
const maxBytes = 8 * 1024 * 1024

/** What is noted with a prompt, for whoever has to judge its turn. */
export type PromptNote = {
  /** The figures to tell its own cost from. */
  baseline?: CostBaseline
  /** What the turns before it, in the same process, have cost. */
  spentUsd?: number
  /** What was known of the account's limit. */
  rateLimit?: RateLimit | null
  /** How long of the turn under way a human had been awaited by then. */
  awaitedMs?: number
  /** It was sent into the turn under way, and begins none. */
  steers?: true
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

export type Journal = {
  /** Appends an entry. @throws the error of the operating system, e.g. when the disk is full */
  note(entry: JournalEntry): void
  close(): void
}

/** Opens an agent's journal for appending. */
export function openJournal(paths: AgentPaths): Journal {
  let fd = openSync(paths.journal, 'a', 0o600)
  /** A supervisor died, or the disk was full, in the middle of the last entry: none may be glued to it. */
  let isTorn = /[^\n]$/.test(readWhole(paths.journal))

  function append(text: string): void {
    const bytes = Buffer.from(`${isTorn ? '\n' : ''}${text}`)
    isTorn = true
    for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written)
    isTorn = false
  }

  /** In one step: whoever reads the journal finds the old one or the new one. */
  function beginAnew(text: string): void {
    const fresh = `${paths.journal}.new`
    writeFileSync(fresh, text, { mode: 0o600 })
    renameSync(fresh, paths.journal)
    closeSync(fd)
    fd = openSync(paths.journal, 'a', 0o600)
    isTorn = false
  }

  return {
    note(entry) {
      const text = `${JSON.stringify(entry)}\n`
      // What was said before a prompt is settled; only from here on it may have to be known again.
      const isPrompt = entry.baseline !== undefined
      if (isPrompt && fstatSync(fd).size > maxBytes) beginAnew(text)
      else append(text)
    },
    close: () => closeSync(fd),
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
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return ''
    throw error
  }
}
