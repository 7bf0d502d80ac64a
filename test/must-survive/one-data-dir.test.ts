import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { lockDataDir } from '../../src/service/data-dir-lock.ts'
import { tempDir } from '../support/temp-dir.ts'

const holderFile = fileURLToPath(new URL('../support/hold-data-dir.ts', import.meta.url))

type Starter = { child: ChildProcess; said: string; isHolder: boolean }

/** Starts another program on the data directory; resolves when it has the lock or was refused. */
async function start(dataDir: string, program: string, startAt = 0): Promise<Starter> {
  const args = ['--no-warnings', holderFile, dataDir, program, String(startAt)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said]: unknown[] = await once(createInterface({ input: child.stdout }), 'line')
  return { child, said: String(said), isHolder: said === 'held' }
}

async function end({ child }: Starter, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}

describe('C6: one data directory', () => {
  test('a second program is refused, naming the first; it gets in when the first has ended', async () => {
    await using dir = await tempDir()
    const dataDir = join(dir.path, 'data')
    const first = await start(dataDir, 'hostler serve')
    expect(first.isHolder).toBe(true)
    const second = await start(dataDir, 'hostler worker')
    expect(second.said).toMatch(
      new RegExp(
        `^refused ${dataDir} is in use by hostler serve, process ${first.child.pid}, since 20`,
      ),
    )
    await expect(lockDataDir(dataDir, { program: 'test' })).rejects.toMatchObject({
      code: 'data_dir_locked',
      params: { program: 'hostler serve', pid: first.child.pid, dataDir },
    })
    // Its refusal has not taken the lock from the first.
    const third = await start(dataDir, 'hostler worker')
    expect(third.isHolder).toBe(false)
    await end(first)
    expect(existsSync(join(dataDir, 'lock.json'))).toBe(false)
    await using lock = await lockDataDir(dataDir, { program: 'test' })
    expect(lock).toBeDefined()
  })

  test('kill -9 of the holder frees it, and his name is not told any more', async () => {
    await using dir = await tempDir()
    const first = await start(dir.path, 'first')
    await end(first, 'SIGKILL')
    expect(existsSync(join(dir.path, 'lock.json'))).toBe(true)
    const second = await start(dir.path, 'second')
    expect(second.isHolder).toBe(true)
    const third = await start(dir.path, 'third')
    expect(third.said).toContain(`in use by second, process ${second.child.pid}`)
    await end(second)
  })

  test('of many that start at once over a killed one’s leavings, exactly one gets in', async () => {
    await using dir = await tempDir()
    for (let round = 0; round < 3; round++) {
      const startAt = Date.now() + 1500
      const names = ['a', 'b', 'c', 'd', 'e', 'f']
      const starters = await Promise.all(names.map((name) => start(dir.path, name, startAt)))
      const holders = starters.filter(({ isHolder }) => isHolder)
      expect(holders).toHaveLength(1)
      const pid = holders[0]?.child.pid
      for (const { said, isHolder } of starters) {
        if (!isHolder) expect(said).toContain(`process ${pid}, since`)
      }
      for (const starter of starters) await end(starter, 'SIGKILL')
    }
  })

  test('two in one process exclude each other too, and the refused one harms nobody', async () => {
    await using dir = await tempDir()
    const lock = await lockDataDir(dir.path, { program: 'library' })
    await expect(lockDataDir(dir.path, { program: 'other' })).rejects.toMatchObject({
      code: 'data_dir_locked',
      params: { program: 'library', pid: process.pid },
    })
    expect((await start(dir.path, 'other')).isHolder).toBe(false)
    await lock[Symbol.asyncDispose]()
    await using next = await lockDataDir(dir.path, { program: 'next' })
    expect(next).toBeDefined()
  })

  test('its files are nobody else’s, and hold nothing but the name', async () => {
    await using dir = await tempDir()
    const dataDir = join(dir.path, 'a', 'b')
    await using lock = await lockDataDir(dataDir, { program: 'p' })
    expect(lock).toBeDefined()
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
    expect((await readdir(dataDir)).toSorted()).toEqual(['lock.db', 'lock.json'])
    for (const name of ['lock.db', 'lock.json']) {
      expect((await stat(join(dataDir, name))).mode & 0o777).toBe(0o600)
    }
    const note: unknown = JSON.parse(await readFile(join(dataDir, 'lock.json'), 'utf8'))
    expect(note).toMatchObject({ program: 'p', pid: process.pid, host: hostname() })
  })

  test('a data directory that is a file is named', async () => {
    await using dir = await tempDir()
    const file = join(dir.path, 'file')
    await writeFile(file, '')
    const refused = lockDataDir(join(file, 'data'), { program: 'p' })
    await expect(refused).rejects.toThrow(/ENOTDIR.*data/)
  })
})
