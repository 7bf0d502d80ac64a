import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { readChunks } from '../../store/chunks/chunks.ts'
import type { ServiceContext } from '../context.ts'
import { findGeneration } from '../stored-files/generations.ts'
import { storedTranscript } from './save-transcript.ts'
import { findTranscript, transcriptPath } from './transcript-path.ts'

export type TranscriptTarget = {
  /** Whose transcript the store has. */
  sessionId: string
  claudeSessionId: string
  /** Where the CLI keeps its conversations. */
  claudeDir: string
  cwd: string
  /** Whether another worker may have gone on with the session since this one had it. */
  tookOver: boolean
  signal?: AbortSignal
}

/** `none`: neither the store nor this machine knows the conversation. */
export type RestoredTranscript = {
  state: 'restored' | 'kept' | 'none'
  /** What to give to `--resume`: in a folder that is not its cwd's, 2.1.197 finds it by path only. */
  path: string | null
  /** A local transcript that went another way, put aside under this name. */
  putAside: string | null
}

/**
 * Sees to it that the CLI finds the conversation as the store has it. A local transcript stays when it
 * is the stored one, or goes on from it; when they have gone different ways, the stored one counts if
 * another worker took over, and the local one is put aside.
 */
export async function restoreTranscript(
  context: Pick<ServiceContext, 'store' | 'log'>,
  target: TranscriptTarget,
): Promise<RestoredTranscript> {
  const { store } = context
  const local = await findTranscript(target)
  const stored = await findGeneration(store, storedTranscript(target))
  if (stored === null || stored.bytes === 0) {
    return { state: local === null ? 'none' : 'kept', path: local, putAside: null }
  }
  const content = (): AsyncIterable<Uint8Array> =>
    readChunks(store, { kind: 'transcript', ownerId: target.sessionId, name: stored.name })
  const relation = local === null ? 'missing' : await compare(local, content())
  const isToBeKept = relation === 'same or longer' || (relation === 'different' && !target.tookOver)
  if (local !== null && isToBeKept) return { state: 'kept', path: local, putAside: null }
  const path = local ?? (await transcriptPath(target))
  let putAside: string | null = null
  if (relation === 'different') {
    putAside = `${path}.${new Date().toISOString().replaceAll(/[:.]/g, '-')}.kept`
    await rename(path, putAside)
    const { sessionId } = target
    context.log.warn({ sessionId, putAside }, 'transcript went another way than the stored one')
  }
  await writeWhole(path, content(), target.signal)
  return { state: 'restored', path, putAside }
}

/**
 * Writes the first `bytes` of a stored transcript as a conversation of another id, for a fork: the CLI
 * takes a file by its name. Gives the path for `--resume`, or null when the store has no such transcript.
 */
export async function copyTranscript(
  context: Pick<ServiceContext, 'store'>,
  target: Omit<TranscriptTarget, 'tookOver'> & { as: string; bytes?: number | null },
): Promise<string | null> {
  const stored = await findGeneration(context.store, storedTranscript(target))
  if (stored === null || stored.bytes === 0) return null
  const to = Math.min(stored.bytes, target.bytes ?? stored.bytes)
  const key = { kind: 'transcript' as const, ownerId: target.sessionId, name: stored.name }
  const path = await transcriptPath({ ...target, claudeSessionId: target.as })
  const content = readChunks(context.store, { ...key, from: 0, to })
  await writeWhole(path, renamed(content, target.claudeSessionId, target.as), target.signal)
  return path
}

/**
 * The same with another conversation's id in each line. Given a path, the CLI takes the id from there: a
 * fork would write to its parent's transcript. Both are UUIDs, so that nothing moves.
 */
async function* renamed(
  content: AsyncIterable<Uint8Array>,
  from: string,
  to: string,
): AsyncGenerator<Uint8Array> {
  const [old, wanted] = [`"sessionId":"${from}"`, `"sessionId":"${to}"`]
  let held = ''
  for await (const bytes of content) {
    // latin1 has a character for each byte.
    const text = (held + Buffer.from(bytes).toString('latin1')).replaceAll(old, wanted)
    // It may be cut in two.
    const end = Math.max(0, text.length - old.length)
    held = text.slice(end)
    yield Buffer.from(text.slice(0, end), 'latin1')
  }
  yield Buffer.from(held, 'latin1')
}

async function compare(
  path: string,
  stored: AsyncIterable<Uint8Array>,
): Promise<'same or longer' | 'shorter' | 'different'> {
  await using file = await open(path)
  const { size } = await file.stat()
  let at = 0
  for await (const bytes of stored) {
    const block = Buffer.alloc(Math.max(0, Math.min(bytes.length, size - at)))
    const { bytesRead } = await file.read(block, 0, block.length, at)
    if (!block.subarray(0, bytesRead).equals(bytes.subarray(0, bytesRead))) return 'different'
    if (bytesRead < bytes.length) return 'shorter'
    at += bytes.length
  }
  return 'same or longer'
}

/** In one step: the CLI resumes silently with what is left of a file that was cut. */
async function writeWhole(
  path: string,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${randomUUID()}.new`
  try {
    await using file = await open(temporary, 'wx', 0o600)
    for await (const bytes of content) {
      signal?.throwIfAborted()
      await file.writeFile(bytes)
    }
    await file.sync()
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}
