import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { describe, expect, test } from 'vitest'
import { text } from '../../../src/testing/index.ts'
import { openDaemonWorld, waitForRuns, type DaemonWorld } from '../../support/daemon-world.ts'
import { follow, runEnds, seqsOf } from '../../support/follow.ts'
import { ask, post, postUntilRefused, waitForReadiness } from '../../support/intake.ts'
import { runServe } from '../../support/run-serve.ts'
import { canMountDisks, mountSmallDisk } from '../../support/small-disk.ts'
import { waitFor } from '../../support/wait-for.ts'

const long = 'held '.repeat(10_000).trim()
const script = [
  text(long, { repeat: true, when: { lastUserText: 'hold' }, hold: 'reply' }),
  text('second', { repeat: true, when: { lastUserText: 'after' } }),
  text('plainly', { repeat: true, when: { lastUserText: 'plain' } }),
]

async function openWorld(dataDir: string): Promise<DaemonWorld> {
  return await openDaemonWorld({
    script,
    dataDir,
    profile: { shareWorkspace: true },
    configuration: { worker: { heartbeatMs: 300 }, limits: { minFreeDiskBytes: '128kB' } },
  })
}

function hasResult(dataDir: string): boolean {
  const dir = join(dataDir, 'agents')
  return readdirSync(dir).some((id) => {
    const path = join(dir, id, 'out.jsonl')
    return existsSync(path) && readFileSync(path, 'utf8').includes('"type":"result"')
  })
}

describe.skipIf(!(await canMountDisks()))('C5 disk full (needs to mount a tmpfs)', () => {
  test('C5: the database’s disk is full: intake is refused, the turn goes on and is recorded later', async () => {
    await using disk = await mountSmallDisk({ megabytes: 24 })
    const dataDir = join(disk.path, 'data')
    // The agents have a disk of their own.
    await using agentsDisk = await mountSmallDisk({
      megabytes: 24,
      at: join(dataDir, 'agents'),
    })
    expect(agentsDisk.path).toContain(dataDir)
    await using world = await openWorld(dataDir)
    await using daemon = await world.start({ dataDir })
    const { hostler, url } = daemon
    const held = await hostler.runs.submit({ key: 'a', prompt: 'hold' })
    const behind = await hostler.runs.submit({ key: 'a', prompt: 'after' })
    await using followed = follow(hostler, held.sessionId)
    await world.model.waitForRequest((request) => request.lastUserText === 'hold')

    using _ = disk.fill()
    const { refusal, accepted } = await postUntilRefused(url, 'late')
    expect(refusal).toMatchObject({
      status: 503,
      body: {
        code: 'database_unavailable',
        cure: expect.stringContaining('free space'),
        detail: expect.stringContaining('is full'),
      },
    })
    expect(refusal.headers.get('content-type')).toBe('application/problem+json')
    expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0)
    const unready = await waitForReadiness(url, false)
    expect(unready.body).toMatchObject({
      ready: false,
      checks: expect.arrayContaining([
        { name: 'database', ok: false, problem: expect.stringContaining('is full') },
      ]),
    })
    // What is there can still be read.
    expect((await ask(`${url}/v1/runs/${held.id}`)).body).toMatchObject({ state: 'running' })

    world.model.release('reply')
    await waitFor(() => hasResult(dataDir), { timeoutMs: 20_000 })
    disk.clear()

    const runs = await waitForRuns(hostler, [held, behind, ...accepted.map((id) => ({ id }))])
    expect(runs.map(({ outcome, attempts }) => [outcome, attempts.length])).toEqual(
      runs.map(() => ['ok', 1]),
    )
    expect(runs[0]?.text).toBe(long)
    await waitForReadiness(url, true)
    const again = await post(url, { key: 'a', prompt: 'plain' })
    expect(again.status).toBe(202)
    await waitFor(() => runEnds(followed.events).length === 3, { timeoutMs: 20_000 })
    expect(runEnds(followed.events)).toEqual([long, 'second', 'plainly'])
    expect(seqsOf(followed.events)).toEqual(seqsOf(followed.events).map((_, index) => index + 1))
    await daemon.end('SIGTERM')
  })

  test('C5: a start on a full disk is refused by name, and works when there is room', async () => {
    await using disk = await mountSmallDisk({ megabytes: 8 })
    const dataDir = join(disk.path, 'data')
    await using world = await openWorld(dataDir)
    const path = join(world.root, 'hostler.yaml')
    await writeFile(path, stringify(world.configuration))
    const args = ['serve', '--config', path, '--data-dir', dataDir, '--port', '0']
    {
      using _ = disk.fill()
      const refused = await runServe(args, world.env)
      expect(refused).toMatchObject({ code: 1, stdout: '' })
      expect(refused.stderr).toMatch(/is full.*free space on its disk/s)
      expect(refused.stderr.split('\n').length).toBeLessThan(4)
    }
    await using daemon = await world.start({ dataDir })
    const run = await daemon.hostler.runs.submit({ key: 'a', prompt: 'plain' })
    expect(await waitForRuns(daemon.hostler, [run])).toMatchObject([{ outcome: 'ok' }])
    await daemon.end('SIGTERM')
  })

  test('C5: the agents’ disk is full: the run says so, and those behind it wait for room', async () => {
    await using disk = await mountSmallDisk({ megabytes: 24 })
    const dataDir = join(disk.path, 'data')
    await using agentsDisk = await mountSmallDisk({ at: join(dataDir, 'agents') })
    await using world = await openWorld(dataDir)
    await using daemon = await world.start({ dataDir })
    const { hostler, url } = daemon
    const held = await hostler.runs.submit({ key: 'a', prompt: 'hold' })
    const behind = await hostler.runs.submit({ key: 'a', prompt: 'after' })
    await world.model.waitForRequest((request) => request.lastUserText === 'hold')
    using _ = agentsDisk.fill()
    world.model.release('reply')
    const [ended] = await waitForRuns(hostler, [held])
    expect(ended).toMatchObject({
      state: 'failed',
      outcome: 'disk_full',
      error: { code: 'disk_full', cure: expect.stringMatching(/space/) },
    })
    // The next one is not started to fail: it waits for room, and that is said.
    await waitFor(() => daemon.log().includes('too little disk is free'), { timeoutMs: 20_000 })
    expect(await hostler.runs.get(behind.id)).toMatchObject({ state: 'queued', attempts: [] })
    // The database has its own: intake goes on.
    expect((await ask(`${url}/readyz`)).status).toBe(200)
    const next = await hostler.runs.submit({ key: 'a', prompt: 'plain' })
    agentsDisk.clear()
    expect(await waitForRuns(hostler, [behind, next])).toMatchObject([
      { outcome: 'ok', text: 'second' },
      { outcome: 'ok', text: 'plainly' },
    ])
    await daemon.end('SIGTERM')
  })

  test('C5: one disk for all is full: every accepted run has one end, and work goes on by itself', async () => {
    await using disk = await mountSmallDisk({ megabytes: 24 })
    const dataDir = join(disk.path, 'data')
    await using world = await openWorld(dataDir)
    await using daemon = await world.start({ dataDir })
    const { hostler, url } = daemon
    const held = await hostler.runs.submit({ key: 'a', prompt: 'hold' })
    const behind = await hostler.runs.submit({ key: 'a', prompt: 'after' })
    await using followed = follow(hostler, held.sessionId)
    await world.model.waitForRequest((request) => request.lastUserText === 'hold')
    using _ = disk.fill()
    const { refusal, accepted } = await postUntilRefused(url, 'late')
    expect(refusal).toMatchObject({ status: 503, body: { code: 'database_unavailable' } })
    await waitForReadiness(url, false)
    world.model.release('reply')
    // Its output has no room either: the CLI is ended for it.
    await waitFor(() => daemon.log().includes('events wait for the database'), {
      timeoutMs: 20_000,
    })
    disk.clear()
    const [first, ...others] = await waitForRuns(hostler, [
      held,
      behind,
      ...accepted.map((id) => ({ id })),
    ])
    expect(first).toMatchObject({ outcome: 'disk_full', attempts: [{ outcome: 'disk_full' }] })
    expect(others.map(({ outcome }) => outcome)).toEqual(others.map(() => 'ok'))
    await waitForReadiness(url, true)
    expect((await post(url, { key: 'a', prompt: 'plain' })).status).toBe(202)
    await waitFor(() => runEnds(followed.events).length === 3, { timeoutMs: 20_000 })
    expect(seqsOf(followed.events)).toEqual(seqsOf(followed.events).map((_, index) => index + 1))
    await daemon.end('SIGTERM')
  })
})
