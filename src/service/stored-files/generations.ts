import { appendChunk, chunkNames, removeChunks, type ChunkKind } from '../../store/chunks/chunks.ts'
import type { Store } from '../../store/store.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'

/** A file in the store; it is written anew beside the old one, which goes when the new one is whole. */
export type StoredFile = { kind: ChunkKind; ownerId: string; base: string }

/**
 * One writing of a stored file. `bytes` is what the store has of it. The name says how many there must
 * at least be: a generation that its writer did not finish is passed over.
 */
export type Generation = { name: string; bytes: number }

type Named = Generation & { fence: number; leastBytes: number }

/**
 * The newest whole generation, or null. The fence comes first: what a worker writes that has lost its
 * lease never counts as newer than what its successor wrote.
 */
export async function findGeneration(store: Store, file: StoredFile): Promise<Generation | null> {
  const found = await listGenerations(store, file)
  const whole = found.filter(({ bytes, leastBytes }) => bytes >= leastBytes)
  const newest = whole.toSorted(newestFirst)[0]
  return newest === undefined ? null : { name: newest.name, bytes: newest.bytes }
}

/** Writes a file anew, and removes the generations before it. Nothing is lost where it breaks off. */
export async function writeGeneration(
  store: Store,
  file: StoredFile & { fence: number; bytes: number },
  content: AsyncIterable<Uint8Array>,
): Promise<Generation> {
  const { kind, ownerId, base, fence } = file
  const name = `${base}/${fence}.${uuidV7()}.${file.bytes}`
  let offset = 0
  for await (const bytes of content) {
    await appendChunk(store, { kind, ownerId, name, offset, bytes })
    offset += bytes.length
  }
  if (offset !== file.bytes) throw new Error(`${name}: ${offset} bytes were written`)
  const all = (await listGenerations(store, file)).toSorted(newestFirst)
  const own = all.findIndex((one) => one.name === name)
  for (const older of all.slice(own + 1)) {
    await removeChunks(store, { kind, ownerId, name: older.name })
  }
  return { name, bytes: offset }
}

async function listGenerations(store: Store, file: StoredFile): Promise<Named[]> {
  const names = await chunkNames(store, { kind: file.kind, ownerId: file.ownerId })
  return names.flatMap(({ name, bytes }) => {
    if (!name.startsWith(`${file.base}/`)) return []
    const [fence, id, leastBytes] = name.slice(file.base.length + 1).split('.')
    if (fence === undefined || id === undefined || leastBytes === undefined) return []
    return [{ name, bytes, fence: Number(fence), leastBytes: Number(leastBytes) }]
  })
}

function newestFirst(one: Named, other: Named): number {
  // Ids made later sort later.
  return other.fence - one.fence || (one.name < other.name ? 1 : -1)
}
