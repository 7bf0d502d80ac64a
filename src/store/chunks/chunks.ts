import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Reader } from '../reader.ts'
import type { Store, Tx } from '../store.ts'
import type { ChunksTable } from '../tables.ts'

/** What is kept in chunks. */
export type ChunkKind = ChunksTable['kind']

/** A growing file: an owner's only one when `name` is empty. */
export type ChunkedFile = { kind: ChunkKind; ownerId: string; name: string }

const compress = promisify(gzip)
const uncompress = promisify(gunzip)

/**
 * Adds bytes at `offset`, the file's end. Safe to repeat: what is there already is compared and left
 * as it is, and only the rest is added. Refuses to leave a gap, and to change what is there.
 */
export async function appendChunk(
  store: Store | Tx,
  chunk: ChunkedFile & { offset: number; bytes: Uint8Array },
): Promise<void> {
  let { offset, bytes } = chunk
  while (bytes.length > 0) {
    const size = await chunkedSize(store, chunk)
    if (offset > size) {
      throw new Error(`${describe(chunk)} has ${size} bytes: none can be added at ${offset}`)
    }
    if (offset < size) {
      const known = Math.min(size - offset, bytes.length)
      await assertSame(store, chunk, { offset, bytes: bytes.subarray(0, known) })
      offset += known
      bytes = bytes.subarray(known)
    } else if (await insertChunk(store, { ...chunk, offset, bytes })) return
  }
}

/** The bytes of a file from `from` to `to` (exclusive), or as far as there are, piece by piece. */
export async function* readChunks(
  store: Reader,
  file: ChunkedFile & { from?: number; to?: number },
): AsyncGenerator<Uint8Array> {
  const { from = 0, to = Number.MAX_SAFE_INTEGER } = file
  let at = from
  while (at < to) {
    // One at a time: how many a slow reader needs is not to be held in memory.
    const row = await ofFile(store, file)
      .select(['offset', 'bytes', 'data'])
      .where('offset', '<=', at)
      .orderBy('offset', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (row === undefined || row.offset + row.bytes <= at) return
    const whole = await uncompress(row.data)
    const piece = whole.subarray(at - row.offset, Math.min(whole.length, to - row.offset))
    if (piece.length === 0)
      throw new Error(`${describe(file)}: the chunk at ${row.offset} is short`)
    yield piece
    at += piece.length
  }
}

/** The files of an owner, with their sizes in bytes. */
export async function chunkNames(
  store: Reader,
  owner: { kind: ChunkKind; ownerId: string },
): Promise<{ name: string; bytes: number }[]> {
  const rows = await store.db
    .selectFrom('chunks')
    .select((eb) => ['name', eb.fn.sum<number | string>('bytes').as('bytes')])
    .where('kind', '=', owner.kind)
    .where('owner_id', '=', owner.ownerId)
    .groupBy('name')
    .orderBy('name')
    .execute()
  return rows.map(({ name, bytes }) => ({ name, bytes: Number(bytes) }))
}

/** Removes a file, or with no `name` all files of an owner. */
export async function removeChunks(
  store: Store | Tx,
  file: { kind: ChunkKind; ownerId: string; name?: string },
): Promise<void> {
  const { kind, ownerId, name } = file
  await inTx(store, (tx) =>
    tx.db
      .deleteFrom('chunks')
      .where('kind', '=', kind)
      .where('owner_id', '=', ownerId)
      .$if(name !== undefined, (query) => query.where('name', '=', name ?? ''))
      .execute(),
  )
}

/** Chunks do not overlap and leave no gap, so that the last one tells the size. */
async function chunkedSize(store: Reader, file: ChunkedFile): Promise<number> {
  const last = await ofFile(store, file)
    .select(['offset', 'bytes'])
    .orderBy('offset', 'desc')
    .limit(1)
    .executeTakeFirst()
  return last === undefined ? 0 : last.offset + last.bytes
}

/** `false`: somebody else has added one at the same place meanwhile. */
async function insertChunk(
  store: Store | Tx,
  { kind, ownerId, name, offset, bytes }: ChunkedFile & { offset: number; bytes: Uint8Array },
): Promise<boolean> {
  const data = await compress(bytes)
  const row = await inTx(store, (tx) =>
    tx.db
      .insertInto('chunks')
      .values({
        kind,
        owner_id: ownerId,
        name,
        offset,
        bytes: bytes.length,
        created_at: Date.now(),
        data,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('offset')
      .executeTakeFirst(),
  )
  return row !== undefined
}

async function assertSame(
  store: Reader,
  file: ChunkedFile,
  { offset, bytes }: { offset: number; bytes: Uint8Array },
): Promise<void> {
  let at = offset
  for await (const piece of readChunks(store, {
    ...file,
    from: offset,
    to: offset + bytes.length,
  })) {
    if (Buffer.compare(piece, bytes.subarray(at - offset, at - offset + piece.length)) !== 0) {
      throw new Error(`${describe(file)} has other bytes after ${at} than those to be stored`)
    }
    at += piece.length
  }
}

function ofFile(store: Reader, { kind, ownerId, name }: ChunkedFile) {
  return store.db
    .selectFrom('chunks')
    .where('kind', '=', kind)
    .where('owner_id', '=', ownerId)
    .where('name', '=', name)
}

async function inTx<T>(store: Store | Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  return 'transact' in store ? await store.transact(work) : await work(store)
}

function describe({ kind, ownerId, name }: ChunkedFile): string {
  return name === '' ? `${kind} of ${ownerId}` : `${kind} ${name} of ${ownerId}`
}
