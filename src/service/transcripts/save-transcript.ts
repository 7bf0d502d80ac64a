import type { FileHandle } from 'node:fs/promises'
import { hostlerError } from '../../errors.ts'
import { appendChunk, readChunks } from '../../store/chunks/chunks.ts'
import { getSession } from '../../store/sessions/get-session.ts'
import type { ServiceContext } from '../context.ts'
import { findGeneration, writeGeneration, type Generation } from '../stored-files/generations.ts'
import { endOfLastLine, hasBytes, openIfThere, readRange } from '../stored-files/read-range.ts'
import { awaitWritten, type Until } from './await-written.ts'
import { findTranscript, transcriptPath } from './transcript-path.ts'

export type TranscriptSource = {
  sessionId: string
  /** Of the lease: one that is no longer current stores nothing. */
  fence: number
  claudeSessionId: string
  /** Where the CLI keeps its conversations. */
  claudeDir: string
  cwd: string
  until?: Until
  signal?: AbortSignal
}

/**
 * How much is compared to tell growth from another content: messages' ids never come twice, and each line
 * ends with its own. Short turns make small chunks, of which each is read by a query.
 */
const comparedBytes = 4 * 1024

/**
 * Copies to the store what Claude's transcript has grown by, in whole lines. One that was rewritten is
 * stored anew. Says how many bytes the store has of it now: 0 when there is no transcript.
 * @throws lease_lost
 */
export async function saveTranscript(
  context: Pick<ServiceContext, 'store'>,
  source: TranscriptSource,
): Promise<{ bytes: number }> {
  const path = (await findTranscript(source)) ?? (await transcriptPath(source))
  await awaitWritten(path, source)
  const { store } = context
  const session = await getSession(store, source.sessionId)
  if (session === null || session.fence !== source.fence) {
    throw hostlerError('lease_lost', { id: source.sessionId })
  }
  await using file = await openIfThere(path)
  if (file === null) return { bytes: 0 }
  const to = await endOfLastLine(file, (await file.stat()).size)
  const stored = await findGeneration(store, storedTranscript(source))
  if (stored !== null && (await isGrowth(context, source, { file, stored, to }))) {
    await append(context, source, { file, stored, to })
  } else if (to > 0) {
    const content = readRange(file, { from: 0, to, signal: source.signal })
    await writeGeneration(
      store,
      { ...storedTranscript(source), fence: source.fence, bytes: to },
      content,
    )
  }
  return { bytes: to }
}

/** What a transcript is called in the store. */
export function storedTranscript(of: { sessionId: string; claudeSessionId: string }): {
  kind: 'transcript'
  ownerId: string
  base: string
} {
  return { kind: 'transcript', ownerId: of.sessionId, base: of.claudeSessionId }
}

type Growth = { file: FileHandle; stored: Generation; to: number }

async function isGrowth(
  context: Pick<ServiceContext, 'store'>,
  source: TranscriptSource,
  { file, stored, to }: Growth,
): Promise<boolean> {
  if (to < stored.bytes) return false
  const from = Math.max(0, stored.bytes - comparedBytes)
  const key = { kind: 'transcript' as const, ownerId: source.sessionId, name: stored.name }
  const bytes = readChunks(context.store, { ...key, from, to: stored.bytes })
  return await hasBytes(file, { from, bytes })
}

async function append(
  context: Pick<ServiceContext, 'store'>,
  source: TranscriptSource,
  { file, stored, to }: Growth,
): Promise<void> {
  const key = { kind: 'transcript' as const, ownerId: source.sessionId, name: stored.name }
  let offset = stored.bytes
  for await (const bytes of readRange(file, { from: offset, to, signal: source.signal })) {
    await appendChunk(context.store, { ...key, offset, bytes })
    offset += bytes.length
  }
}
