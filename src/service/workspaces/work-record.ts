import { open, rm, stat } from 'node:fs/promises'
import { z } from 'zod'
import { readChunks } from '../../store/chunks/chunks.ts'
import type { Store } from '../../store/store.ts'
import { findGeneration, writeGeneration, type Generation } from '../stored-files/generations.ts'
import { readRange } from '../stored-files/read-range.ts'
import { fetchCommits, findCommit, type GitContext } from './git-mirror.ts'
import type { GitPlaces } from './git-places.ts'
import { GitError, runGit } from './run-git.ts'
import type { WorkState } from './work-state.ts'

/** A larger one is not stored: a database is no place for it. */
const maxBundleBytes = 256 * 1024 * 1024
const bundleTimeoutMs = 10 * 60_000
const maxHeaderBytes = 64 * 1024

const headerSchema: z.ZodType<WorkState & { bundleBytes: number }> = z.object({
  head: z.string().regex(/^[0-9a-f]{40,64}$/),
  branch: z.string().nullable(),
  wip: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .nullable(),
  bundleBytes: z.int(),
})

function storedWork(sessionId: string): { kind: 'bundle'; ownerId: string; base: string } {
  return { kind: 'bundle', ownerId: sessionId, base: 'work' }
}

/** The newest stored record of a session's work, or null. */
export async function findRecord(store: Store, sessionId: string): Promise<Generation | null> {
  return await findGeneration(store, storedWork(sessionId))
}

/**
 * Stores what a session has made: one line of JSON, then a git bundle with the commits that the remote
 * does not have. Stores nothing when that is too large.
 */
export async function writeRecord(
  context: GitContext & { store: Store },
  places: GitPlaces,
  options: { state: WorkState; fence: number; signal?: AbortSignal | undefined },
): Promise<Generation | { tooLarge: number }> {
  const { state, fence, signal } = options
  const path = `${places.scratch}.bundle`
  try {
    const bundleBytes = await makeBundle(context, places, { state, path, signal })
    if (bundleBytes > maxBundleBytes) return { tooLarge: bundleBytes }
    const header = Buffer.from(`${JSON.stringify({ ...state, bundleBytes })}\n`)
    async function* content(): AsyncGenerator<Uint8Array> {
      yield header
      if (bundleBytes === 0) return
      await using file = await open(path)
      yield* readRange(file, { from: 0, to: bundleBytes, signal })
    }
    const bytes = header.length + bundleBytes
    const file = { ...storedWork(places.sessionId), fence, bytes }
    return await writeGeneration(context.store, file, content())
  } finally {
    await rm(path, { force: true })
    await rm(`${path}.lock`, { force: true })
  }
}

/** Its size; 0 when the remote has all commits. */
async function makeBundle(
  { env }: GitContext,
  places: GitPlaces,
  { state, path, signal }: { state: WorkState; path: string; signal: AbortSignal | undefined },
): Promise<number> {
  const git = { cwd: places.mirror, env, signal, timeoutMs: bundleTimeoutMs }
  const refs = workRefs(places.sessionId)
  await runGit(['update-ref', refs.head, state.head], git)
  if (state.wip === null) await runGit(['update-ref', '-d', refs.wip], git)
  else await runGit(['update-ref', refs.wip, state.wip], git)
  const tips = state.wip === null ? [refs.head] : [refs.head, refs.wip]
  const range = [...tips, '--not', '--remotes=origin']
  const { stdout } = await runGit(['rev-list', '--count', ...range], git)
  if (stdout.trim() === '0') return 0
  await runGit(['bundle', 'create', '--quiet', path, ...range], git)
  return (await stat(path)).size
}

/** Where the clone keeps a session's work, besides its branch, so that no housekeeping removes it. */
export function workRefs(sessionId: string): { head: string; wip: string; all: string } {
  const all = `refs/hostler/${sessionId}`
  return { head: `${all}/head`, wip: `${all}/wip`, all }
}

/** What a stored record says, without its bundle. */
export async function readRecordHeader(
  store: Store,
  { sessionId, record }: { sessionId: string; record: Generation },
): Promise<{ state: WorkState; bundleFrom: number; bundleBytes: number }> {
  const file = { kind: 'bundle' as const, ownerId: sessionId, name: record.name }
  let text = Buffer.alloc(0)
  for await (const bytes of readChunks(store, { ...file, to: maxHeaderBytes })) {
    text = Buffer.concat([text, bytes])
    if (text.includes(0x0a)) break
  }
  const end = text.indexOf(0x0a)
  const { bundleBytes, ...state } = headerSchema.parse(JSON.parse(text.toString('utf8', 0, end)))
  return { state, bundleFrom: end + 1, bundleBytes }
}

/** Brings the commits of a stored record into the clone: the session's own, or that `of` another one. */
export async function fetchRecord(
  context: GitContext & { store: Store },
  places: GitPlaces,
  options: { record: Generation; of?: string; signal?: AbortSignal | undefined },
): Promise<WorkState> {
  const { record, of: sessionId = places.sessionId, signal } = options
  const header = await readRecordHeader(context.store, { sessionId, record })
  const { state, bundleFrom, bundleBytes } = header
  if (bundleBytes === 0) {
    const there = await findCommit(context.env, places.mirror, { name: state.head, signal })
    if (there === null) await fetchCommits(context, places, { commits: [state.head], signal })
    return state
  }
  const path = `${places.scratch}.bundle`
  try {
    {
      await using file = await open(path, 'w', 0o600)
      const chunks = { kind: 'bundle' as const, ownerId: sessionId, name: record.name }
      const stored = readChunks(context.store, { ...chunks, from: bundleFrom })
      for await (const bytes of stored) {
        signal?.throwIfAborted()
        await file.writeFile(bytes)
      }
    }
    const from = workRefs(sessionId).all
    const to = workRefs(places.sessionId).all
    const git = { cwd: places.mirror, env: context.env, signal, timeoutMs: bundleTimeoutMs }
    const args = ['fetch', '--no-write-fetch-head', '--quiet', path, `+${from}/*:${to}/*`]
    try {
      await runGit(args, git)
    } catch (error) {
      // The remote's branches no longer lead to what the session branched off from.
      await fetchCommits(context, places, { commits: missingCommits(error), signal })
      await runGit(args, git)
    }
    return state
  } finally {
    await rm(path, { force: true })
  }
}

/** What a bundle builds on and the clone does not have. @throws the error, when it is about anything else */
function missingCommits(error: unknown): string[] {
  const said = error instanceof GitError ? error.stderr : ''
  if (!said.includes('prerequisite commits')) throw error
  return [...said.matchAll(/^error: ([0-9a-f]{40,64})\b/gm)].flatMap(([, commit]) => commit ?? [])
}
