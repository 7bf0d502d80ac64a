import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createLog } from '../../log.ts'
import { tempDir } from '../../../test/support/temp-dir.ts'
import { parseConfiguration } from '../configuration/parse-configuration.ts'
import { createAdmission } from './admission.ts'

const much = Number.MAX_SAFE_INTEGER

async function openAdmission(): Promise<
  AsyncDisposable & {
    /** How often of so many times there was room, with these limits. */
    look(times: number, limits: { memory: number; disk: number }): number
    setIdle(agents: number): void
    idle(): number
    said: string[]
  }
> {
  const dir = await tempDir()
  const dataDir = dir.path
  await mkdir(join(dataDir, 'agents'))
  const parsed = parseConfiguration({}, { baseDir: dataDir, env: {}, dataDir })
  const said: string[] = []
  const log = createLog({
    level: 'info',
    format: 'json',
    destination: { write: (line: string) => said.push(JSON.parse(line).msg) },
  })
  let limits = parsed.limits
  let idle = 0
  const evictOldest = (): boolean => idle > 0 && idle-- > 0
  const admission = createAdmission({
    context: { configuration: () => ({ ...parsed, limits }), log },
    pool: { evictOldest },
  })
  return {
    said,
    look(times, { memory, disk }) {
      limits = { ...limits, minFreeMemoryBytes: memory, minFreeDiskBytes: disk }
      return Array.from({ length: times }, () => admission.hasRoom()).filter(Boolean).length
    },
    setIdle: (agents) => {
      idle = agents
    },
    idle: () => idle,
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  }
}

test('what keeps turns from being started is said once, and so is its end', async () => {
  await using at = await openAdmission()
  const noMemory = 'too little memory is free to start a turn'
  const noDisk = 'too little disk is free to start a turn'
  const room = 'there is room for turns again'
  expect(at.look(2, { memory: 0, disk: 0 })).toBe(2)
  expect(at.said).toEqual([])
  expect(at.look(5, { memory: much, disk: 0 })).toBe(0)
  expect(at.said).toEqual([noMemory])
  expect(at.look(5, { memory: much, disk: much })).toBe(0)
  expect(at.said).toEqual([noMemory, noDisk])
  expect(at.look(3, { memory: 0, disk: 0 })).toBe(3)
  expect(at.said).toEqual([noMemory, noDisk, room])
  expect(at.look(3, { memory: much, disk: 0 })).toBe(0)
  expect(at.said).toEqual([noMemory, noDisk, room, noMemory])
})

test('idle agents give way to work for their memory, one by one, and not for the disk', async () => {
  await using at = await openAdmission()
  at.setIdle(2)
  expect(at.look(3, { memory: 0, disk: much })).toBe(0)
  expect(at.idle()).toBe(2)
  expect(at.look(1, { memory: much, disk: 0 })).toBe(0)
  expect(at.idle()).toBe(1)
  expect(at.look(1, { memory: much, disk: 0 })).toBe(0)
  expect(at.said).toEqual(['too little disk is free to start a turn'])
  expect(at.look(1, { memory: much, disk: 0 })).toBe(0)
  expect([at.idle(), at.said.at(-1)]).toEqual([0, 'too little memory is free to start a turn'])
})
