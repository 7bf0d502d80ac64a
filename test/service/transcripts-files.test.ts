import { appendFile, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import {
  copyTranscript,
  restoreTranscript,
} from '../../src/service/transcripts/restore-transcript.ts'
import type { Until } from '../../src/service/transcripts/await-written.ts'
import { saveTranscript } from '../../src/service/transcripts/save-transcript.ts'
import {
  claudeDirOf,
  toProjectName,
  transcriptPath,
} from '../../src/service/transcripts/transcript-path.ts'
import { appendChunk, chunkNames } from '../../src/store/chunks/chunks.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'
import { openFilesWorld, type FilesWorld } from '../support/files-world.ts'
import { addSession } from '../support/stored-sessions.ts'

const claudeSessionId = '11111111-2222-4333-8444-555555555555'

/** Two homes on one store, with a session of which the first has a transcript. */
async function openTranscripts(lines: readonly string[]) {
  const world = await openFilesWorld()
  const session = await addSession(world.store)
  const machine = await world.machine('a')
  const at = (home: string): { claudeDir: string; cwd: string; claudeSessionId: string } => ({
    claudeDir: join(world.path, home, '.claude'),
    cwd: world.roots,
    claudeSessionId,
  })
  const path = await transcriptPath(at('home-a'))
  const other = await transcriptPath(at('home-b'))
  await mkdir(dirname(path), { recursive: true })
  await mkdir(dirname(other), { recursive: true })
  await writeFile(path, lines.map((line) => `${line}\n`).join(''))
  const { id: sessionId, fence } = session
  return {
    ...world,
    session,
    machine,
    path,
    other,
    save: (home = 'home-a', until: Until = 'now') =>
      saveTranscript(machine.context, { ...at(home), sessionId, fence, until }),
    restore: (home = 'home-b', tookOver = true) =>
      restoreTranscript(machine.context, { ...at(home), sessionId, tookOver }),
    copy: (as: string, bytes: number | null) =>
      copyTranscript(machine.context, { ...at('home-b'), sessionId, as, bytes }),
  }
}

async function chunksOf(world: Pick<FilesWorld, 'store'>, ownerId: string) {
  const rows = world.store.db
    .selectFrom('chunks')
    .select(['name', 'offset', 'bytes', 'created_at'])
    .where('owner_id', '=', ownerId)
  return await rows.orderBy('offset').execute()
}

describe('the folder of a workspace', () => {
  test('is its path, with - for what is no letter or digit', () => {
    expect(toProjectName('/srv/lab/ws7/a.b c_d-é/X')).toBe('-srv-lab-ws7-a-b-c-d---X')
  })

  test('is cut and told apart when it is long', () => {
    const long = `/${'x'.repeat(250)}`
    expect(toProjectName(long)).toMatch(/^-x{199}-[0-9a-z]+$/)
    expect(toProjectName(`${long}y`)).not.toBe(toProjectName(`${long}z`))
  })

  test('is where the agent’s environment says', () => {
    expect(claudeDirOf({ HOME: '/home/joe' })).toBe('/home/joe/.claude')
    expect(claudeDirOf({ HOME: '/home/joe', CLAUDE_CONFIG_DIR: '/c' })).toBe('/c')
    expect(claudeDirOf({ HOME: '/home/joe' }, { env: { HOME: '/home/ann' } })).toBe(
      '/home/ann/.claude',
    )
    expect(claudeDirOf({})).toBeNull()
  })

  test('an id that is none does not become a path', async () => {
    const where = { claudeDir: '/c', cwd: '/w', claudeSessionId: '../../etc/passwd' }
    await expect(transcriptPath(where)).rejects.toThrow(/not the id of a Claude session/)
  })
})

describe('saving', () => {
  test('stores growth only, in whole lines', async () => {
    await using world = await openTranscripts(['one', 'two'])
    expect(await world.save()).toEqual({ bytes: 8 })
    await appendFile(world.path, 'three\nfo')
    expect(await world.save()).toEqual({ bytes: 14 })
    expect(await world.save()).toEqual({ bytes: 14 })
    await appendFile(world.path, 'ur\n')
    expect(await world.save()).toEqual({ bytes: 19 })
    const chunks = await chunksOf(world, world.session.id)
    expect(chunks.map(({ offset, bytes }) => [offset, bytes])).toEqual([
      [0, 8],
      [8, 6],
      [14, 5],
    ])
    expect(await world.restore()).toMatchObject({ state: 'restored', path: world.other })
    expect(await readFile(world.other, 'utf8')).toBe('one\ntwo\nthree\nfour\n')
    expect((await stat(world.other)).mode & 0o777).toBe(0o600)
  })

  test.each([
    ['rewritten', 'ONE\ntwo\nthree\n'],
    ['shortened', 'one\n'],
    ['rewritten at the same length', 'one\nTWO\n'],
  ])('a %s one is stored anew', async (_, text) => {
    await using world = await openTranscripts(['one', 'two'])
    await world.save()
    await writeFile(world.path, text)
    await world.save()
    expect(
      await chunkNames(world.store, { kind: 'transcript', ownerId: world.session.id }),
    ).toHaveLength(1)
    await world.restore()
    expect(await readFile(world.other, 'utf8')).toBe(text)
  })

  test('one that does not compress into one piece', async () => {
    const lines = Array.from({ length: 30_000 }, (_, index) => `${index} ${'x'.repeat(100)}`)
    await using world = await openTranscripts(lines)
    await world.save()
    await world.restore()
    expect((await readFile(world.other)).equals(await readFile(world.path))).toBe(true)
    expect((await chunksOf(world, world.session.id)).length).toBeGreaterThan(1)
  })

  test('a generation that was not finished is passed over, and goes', async () => {
    await using world = await openTranscripts(['one', 'two'])
    await world.save()
    const key = { kind: 'transcript' as const, ownerId: world.session.id }
    const unfinished = `${claudeSessionId}/0.${uuidV7()}.50`
    await appendChunk(world.store, {
      ...key,
      name: unfinished,
      offset: 0,
      bytes: Buffer.from('half\n'),
    })
    await world.restore()
    expect(await readFile(world.other, 'utf8')).toBe('one\ntwo\n')
    await appendFile(world.path, 'three\n')
    await world.save()
    await world.restore()
    expect(await readFile(world.other, 'utf8')).toBe('one\ntwo\nthree\n')
    await writeFile(world.path, 'another\n')
    await world.save()
    await world.restore()
    expect(await readFile(world.other, 'utf8')).toBe('another\n')
    expect(await chunkNames(world.store, key)).toHaveLength(1)
  })

  test('a worker whose lease is gone stores nothing', async () => {
    await using world = await openTranscripts(['one'])
    await world.store.transact((tx) =>
      tx.db.updateTable('sessions').set({ fence: 5 }).where('id', '=', world.session.id).execute(),
    )
    await expect(world.save()).rejects.toMatchObject({ code: 'lease_lost' })
    expect(await chunksOf(world, world.session.id)).toEqual([])
  })

  test('none that is there: nothing, and not an error', async () => {
    await using world = await openTranscripts(['one'])
    expect(await world.save('home-b')).toEqual({ bytes: 0 })
    expect(await world.restore('home-c')).toEqual({ state: 'none', path: null, putAside: null })
  })

  test('waits for the message that is still to be written', async () => {
    await using world = await openTranscripts(['{"uuid":"first"}'])
    const { path } = world
    const saving = world.save('home-a', { uuid: 'last' })
    // As late as 2.1.197 writes it, and in two steps.
    await sleep(60)
    await appendFile(path, '{"uuid":"last"')
    await sleep(40)
    await appendFile(path, '}\n')
    expect(await saving).toEqual({ bytes: (await stat(path)).size })
  })
})

describe('restoring', () => {
  test('leaves one that is the same or goes on from it', async () => {
    await using world = await openTranscripts(['one', 'two'])
    await world.save()
    for (const text of ['one\ntwo\n', 'one\ntwo\nthr']) {
      await writeFile(world.other, text)
      expect(await world.restore()).toMatchObject({ state: 'kept', path: world.other })
      expect(await readFile(world.other, 'utf8')).toBe(text)
    }
  })

  test('completes one that was cut', async () => {
    await using world = await openTranscripts(['one', 'two'])
    await world.save()
    for (const length of [0, 3, 5]) {
      await truncate(world.path, length)
      expect(await world.restore('home-a', false)).toMatchObject({
        state: 'restored',
        putAside: null,
      })
      expect(await readFile(world.path, 'utf8')).toBe('one\ntwo\n')
    }
  })

  test('puts aside one that went another way, if another worker took over', async () => {
    await using world = await openTranscripts(['one', 'two'])
    await world.save()
    await writeFile(world.other, 'one\nof mine\n')
    expect(await world.restore('home-b', false)).toMatchObject({ state: 'kept' })
    expect(await readFile(world.other, 'utf8')).toBe('one\nof mine\n')
    const { putAside } = await world.restore('home-b', true)
    expect(await readFile(world.other, 'utf8')).toBe('one\ntwo\n')
    expect(await readFile(String(putAside), 'utf8')).toBe('one\nof mine\n')
    expect(await readdir(dirname(world.other))).toHaveLength(2)
    expect(world.machine.logged).toMatchObject([{ level: 'warn', fields: { putAside } }])
  })

  test('a copy for a fork ends where it is told to', async () => {
    await using world = await openTranscripts(['one', 'two', 'three'])
    await world.save()
    const as = '99999999-2222-4333-8444-555555555555'
    const path = await world.copy(as, 8)
    expect(path).toBe(join(dirname(world.other), `${as}.jsonl`))
    expect(await readFile(String(path), 'utf8')).toBe('one\ntwo\n')
    expect(await readFile(String(await world.copy(as, null)), 'utf8')).toBe('one\ntwo\nthree\n')
  })
})
