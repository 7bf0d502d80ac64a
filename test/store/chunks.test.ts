import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { appendChunk, chunkNames, readChunks, removeChunks } from '../../src/store/chunks/chunks.ts'
import type { Store } from '../../src/store/store.ts'
import { forEachDatabase } from '../support/stores.ts'

const file = { kind: 'log', ownerId: 'agent', name: '' } as const

forEachDatabase((openTestDatabase) => {
  test('a file comes back as it was, whole or in part', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const bytes = randomBytes(300_000)
    for (let offset = 0; offset < bytes.length; offset += 70_000) {
      await appendChunk(store, { ...file, offset, bytes: bytes.subarray(offset, offset + 70_000) })
    }
    expect(bytes.equals(await read(store))).toBe(true)
    for (const [from, to] of [
      [0, 1],
      [69_999, 70_001],
      [70_000, 140_000],
      [299_999, 300_000],
      [150_000, 400_000],
      [5, 5],
    ] as const) {
      expect(bytes.subarray(from, to).equals(await read(store, { from, to }))).toBe(true)
    }
    expect(await read(store, { from: 300_000 })).toHaveLength(0)
    expect(await chunkNames(store, { kind: 'log', ownerId: 'agent' })).toEqual([
      { name: '', bytes: 300_000 },
    ])
  })

  test('the same again changes nothing, more than that adds the rest', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const append = (offset: number, text: string): Promise<void> =>
      appendChunk(store, { ...file, offset, bytes: Buffer.from(text) })
    await append(0, 'abc')
    await append(0, 'abc')
    await append(1, 'bcdef')
    await append(3, 'd')
    expect(await text(store)).toBe('abcdef')
    await expect(append(8, 'x')).rejects.toThrow('log of agent has 6 bytes: none can be added at 8')
    await expect(append(4, 'xy')).rejects.toThrow('other bytes')
    await append(6, '')
    expect(await text(store)).toBe('abcdef')
  })

  test('several who add the same at once leave it once', async () => {
    await using database = await openTestDatabase()
    const [one, other] = [await database.openStore(), await database.openStore()]
    await Promise.all(
      ['abcdef', 'abc', 'abcd', 'abcdefgh'].map((text, index) =>
        appendChunk(index % 2 === 0 ? one : other, {
          ...file,
          offset: 0,
          bytes: Buffer.from(text),
        }),
      ),
    )
    expect(await text(one)).toBe('abcdefgh')
  })

  test('in a transaction that fails nothing is added', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const failed = store.transact(async (tx) => {
      await appendChunk(tx, { ...file, offset: 0, bytes: Buffer.from('abc') })
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await text(store)).toBe('')
  })

  test('one file is removed, or all of an owner', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const owner = { kind: 'transcript', ownerId: 's' } as const
    for (const name of ['a', 'b', 'c']) {
      await appendChunk(store, { ...owner, name, offset: 0, bytes: Buffer.from(name) })
    }
    await removeChunks(store, { ...owner, name: 'b' })
    expect((await chunkNames(store, owner)).map(({ name }) => name)).toEqual(['a', 'c'])
    await removeChunks(store, owner)
    expect(await chunkNames(store, owner)).toEqual([])
  })
})

async function read(store: Store, part: { from?: number; to?: number } = {}): Promise<Buffer> {
  return await buffer(readChunks(store, { ...file, ...part }))
}

async function text(store: Store): Promise<string> {
  return (await read(store)).toString()
}
