import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkStore } from '../../src/store/maintenance/check-store.ts'
import { openStore } from '../../src/store/open-store.ts'
import { lockDataDir } from '../../src/service/data-dir-lock.ts'
import { openTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { addRun } from '../support/stored-runs.ts'
import { addSession } from '../support/stored-sessions.ts'
import { tempDir } from '../support/temp-dir.ts'
import { mainFile } from './run-hostler.ts'

let postgres: TestPostgres

beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

test('migrate makes the tables, check finds them sound, backup copies them', async () => {
  await using dir = await tempDir()
  expect(await hostler(dir.path, ['db', 'check'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('hostler.db is not there'),
  })
  expect(existsSync(join(dir.path, 'hostler.db'))).toBe(false)
  expect(await hostler(dir.path, ['db', 'migrate'])).toMatchObject({ code: 0 })
  await fill(dir.path)
  const checked = await hostler(dir.path, ['db', 'check', '--json'])
  expect(JSON.parse(checked.stdout)).toMatchObject({
    sound: true,
    findings: [],
    counts: { runs: 1 },
  })
  const file = join(dir.path, 'copy')
  expect(await hostler(dir.path, ['db', 'backup', file])).toMatchObject({ code: 0 })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  await using copy = await openStore({ path: file })
  expect((await checkStore(copy)).counts).toMatchObject({ sessions: 1, runs: 1 })
})

test('check says what is wrong, and exits with 1', async () => {
  await using dir = await tempDir()
  await fill(dir.path)
  {
    await using store = await openStore({ path: join(dir.path, 'hostler.db') })
    await store.transact((tx) => tx.db.updateTable('sessions').set({ last_seq: 3 }).execute())
  }
  const checked = await hostler(dir.path, ['db', 'check'])
  expect(checked).toMatchObject({ code: 1, stderr: '' })
  expect(checked.stdout).toMatch(/gaps.*: 1 \([\da-f-]{36}\)\n.*is NOT sound: 1 sessions/)
})

test('a file whose bytes are damaged is not called sound', async () => {
  await using dir = await tempDir()
  await fill(dir.path)
  const path = join(dir.path, 'hostler.db')
  const { size } = await stat(path)
  await using file = await open(path, 'r+')
  for (let at = 4096 * 2; at < size; at += 4096) await file.write(Buffer.alloc(64, 0xa5), 0, 64, at)
  const checked = await hostler(dir.path, ['db', 'check'])
  expect(checked.code).not.toBe(0)
  expect(checked.stdout + checked.stderr).toContain('damaged')
})

test('copy moves all to PostgreSQL, says no password, and refuses to do it twice', async () => {
  await using dir = await tempDir()
  await using target = await postgres.createDatabase({ empty: true })
  const url = new URL(target.url)
  const env = { HOSTLER_DATABASE_URL: url.href }
  await fill(dir.path)
  const copied = await hostler(dir.path, ['db', 'copy'], env)
  expect(copied).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('sessions: 1\nruns: 1\n'),
  })
  const checked = await hostler(dir.path, ['db', 'check', '--database-url', url.href])
  expect(checked).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('is sound: 1 sessions'),
  })
  const again = await hostler(dir.path, ['db', 'copy'], env)
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('not empty') })
  const backup = await hostler(dir.path, ['db', 'backup', 'x', '--database-url', url.href])
  expect(backup).toMatchObject({ code: 2, stderr: expect.stringContaining('pg_dump') })
  for (const { stdout, stderr } of [copied, checked, again, backup]) {
    expect(stdout + stderr).not.toContain(`:${url.password}@`)
  }
})

test('copy is refused while hostler works in the data directory', async () => {
  await using dir = await tempDir()
  await fill(dir.path)
  await using _ = await lockDataDir(dir.path, { program: 'hostler serve' })
  const copied = await hostler(dir.path, ['db', 'copy', '--to', 'postgres://127.0.0.1:1/x'])
  expect(copied.code).not.toBe(0)
  expect(copied.stderr).toContain('in use by hostler serve')
})

test('wrong and unreachable databases are named without their password', async () => {
  await using dir = await tempDir()
  const wrong = await hostler(dir.path, ['db', 'check', '--database-url', 'mysql://u:geheim@h/d'])
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('not a PostgreSQL URL') })
  const away = 'postgres://u:geheim@127.0.0.1:1/d'
  const unreachable = await hostler(dir.path, ['db', 'check', '--database-url', away])
  expect(unreachable.code).not.toBe(0)
  expect(unreachable.stderr).toContain('127.0.0.1:1/d cannot be reached')
  expect(wrong.stderr + unreachable.stderr).not.toContain('geheim')
  const none = await hostler(dir.path, ['db', 'copy'])
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('HOSTLER_DATABASE_URL') })
})

async function fill(dataDir: string): Promise<void> {
  await using store = await openStore({ path: join(dataDir, 'hostler.db') })
  const session = await addSession(store)
  await addRun(store, session, { state: 'succeeded', outcome: 'ok', ended_at: 1 })
}

async function hostler(
  dataDir: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  return await new Promise((resolve) => {
    const options = { env: { HOSTLER_DATA_DIR: dataDir, HOME: dataDir, ...env } }
    execFile(process.execPath, [mainFile, ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}
