import { appendFile, mkdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readLog, type LogRange } from '../../src/service/logs/read-log.ts'
import { saveLog } from '../../src/service/logs/save-log.ts'
import { getAgentRow } from '../../src/store/agents.ts'
import { recordAgent } from '../../src/store/queue/agents.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'
import { forEachDatabase, type OpenTestDatabase } from '../support/stores.ts'
import { tempDir } from '../support/temp-dir.ts'

/** An agent with a log, on a store. */
async function openLog(openTestDatabase: OpenTestDatabase, text: string) {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await openTestDatabase())
  const folder = stack.use(await tempDir())
  const store = await database.openStore()
  const dir = join(folder.path, 'agent')
  await mkdir(dir)
  const output = join(dir, 'out.jsonl')
  await writeFile(output, text)
  const agentId = uuidV7()
  const start = { workerId: 'worker', dir, profile: 'default', optionsHash: '' }
  await recordAgent(store, { id: agentId, ...start })
  const owned = stack.move()
  return {
    dir,
    output,
    noted: async () => (await getAgentRow(store, agentId))?.log_stored,
    save: () => saveLog(store, { agentId, dir }),
    read: async (range: Omit<LogRange, 'agentId'> = {}) => {
      const { bytes, ...rest } = await readLog(store, { agentId, ...range })
      const pieces: Uint8Array[] = []
      for await (const piece of bytes) pieces.push(piece)
      return { text: Buffer.concat(pieces).toString('utf8'), ...rest }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

forEachDatabase((openTestDatabase) => {
  describe('saving a log', () => {
    test('stores its growth, byte for byte', async () => {
      await using log = await openLog(openTestDatabase, 'one\ntw')
      expect(await log.save()).toEqual({ bytes: 6, isComplete: true })
      await appendFile(log.output, 'o\n')
      expect(await log.save()).toEqual({ bytes: 8, isComplete: true })
      expect(await log.save()).toEqual({ bytes: 8, isComplete: true })
      expect(await log.noted()).toBe(8)
      await rm(log.dir, { recursive: true })
      expect(await log.read()).toEqual({ text: 'one\ntwo\n', from: 0, to: 8, total: 8 })
    })

    test('one that was cut takes nothing from the store', async () => {
      await using log = await openLog(openTestDatabase, 'one\ntwo\n')
      await log.save()
      await truncate(log.output, 2)
      expect(await log.save()).toEqual({ bytes: 8, isComplete: true })
      expect(await log.read()).toMatchObject({ text: 'one\ntwo\n' })
      expect(await log.read({ from: 0, to: 2 })).toMatchObject({ text: 'on' })
    })

    test('one that is gone is as complete as it will be; one that cannot be read is not', async () => {
      await using log = await openLog(openTestDatabase, 'one\n')
      await rm(log.output)
      expect(await log.save()).toEqual({ bytes: 0, isComplete: true })
      // Root can read any file, but no folder as one.
      await mkdir(log.output)
      await expect(log.save()).rejects.toThrow('EISDIR')
    })
  })

  describe('reading a log', () => {
    test.each<[Omit<LogRange, 'agentId'>, string, number, number]>([
      [{}, '0123456789', 0, 10],
      [{ from: 4 }, '456789', 4, 10],
      [{ to: 4 }, '0123', 0, 4],
      [{ from: 3, to: 6 }, '345', 3, 6],
      [{ from: 8, to: 99 }, '89', 8, 10],
      [{ from: 99 }, '', 10, 10],
      [{ from: 6, to: 3 }, '', 3, 3],
    ])('%j', async (range, text, from, to) => {
      await using log = await openLog(openTestDatabase, '0123456789')
      expect(await log.read(range)).toEqual({ text, from, to, total: 10 })
      await log.save()
      await rm(log.dir, { recursive: true })
      expect(await log.read(range)).toEqual({ text, from, to, total: 10 })
    })

    test('goes on from the store when the file goes in the middle', async () => {
      const text = 'x'.repeat(3 * 1024 * 1024)
      await using log = await openLog(openTestDatabase, text)
      await log.save()
      await truncate(log.output, 1024 * 1024)
      expect((await log.read({ from: 10 })).text).toHaveLength(text.length - 10)
    })
  })
})
