import { existsSync } from 'node:fs'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { sql } from 'kysely'
import { stringify } from 'yaml'
import { expect, test } from 'vitest'
import { openStore } from '../../../src/store/open-store.ts'
import { openDaemonWorld, waitForRuns } from '../../support/daemon-world.ts'
import { post } from '../../support/intake.ts'
import { runServe } from '../../support/run-serve.ts'
import { waitFor } from '../../support/wait-for.ts'

const scenario = { text: 'fine' }

async function takenPort(): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}

test('a daemon that is refused leaves nothing behind: no data directory, no database, no lock', async () => {
  await using world = await openDaemonWorld({ scenario })
  await using taken = await takenPort()
  const dataDir = join(world.root, 'refused')
  const path = join(world.root, 'hostler.yaml')
  const cases: { configuration: unknown; args?: string[]; code: number; says: RegExp[] }[] = [
    {
      configuration: { ...world.configuration, profils: {} },
      code: 2,
      says: [/profils/, /profiles/],
    },
    {
      configuration: { ...world.configuration, limits: { perWorker: 0 } },
      code: 2,
      says: [/limits\.perWorker/],
    },
    {
      configuration: { ...world.configuration, webhooks: [{ name: 'a', secret: '${NOT_THERE}' }] },
      code: 2,
      says: [/webhooks/],
    },
    {
      configuration: world.configuration,
      args: ['--port', String(taken.port)],
      code: 2,
      says: [new RegExp(`port ${taken.port}`), /EADDRINUSE/, /server\.port/],
    },
    {
      configuration: world.configuration,
      args: ['--host', '0.0.0.0', '--port', '0'],
      code: 1,
      says: [/0\.0\.0\.0/, /hostler token create/],
    },
    { configuration: world.configuration, args: ['--port', 'x'], code: 2, says: [/--port: "x"/] },
    {
      configuration: world.configuration,
      args: ['--no-worker'],
      code: 2,
      says: [/--database-url/],
    },
  ]
  for (const { configuration, args = [], code, says } of cases) {
    await writeFile(path, stringify(configuration))
    const refused = await runServe(
      ['serve', '--config', path, '--data-dir', dataDir, ...args],
      world.env,
    )
    for (const what of says) expect(refused.stderr).toMatch(what)
    expect(refused).toMatchObject({ code, stdout: '' })
    expect(existsSync(dataDir), refused.stderr).toBe(false)
  }
  await writeFile(path, 'profiles: [')
  const broken = await runServe(['serve', '--config', path, '--data-dir', dataDir], world.env)
  expect(broken.code).toBe(2)
  expect(broken.stderr).toContain(path)
  expect(existsSync(dataDir)).toBe(false)
})

test('a refused start begins no work of what is queued, and does not keep the lock', async () => {
  await using world = await openDaemonWorld({ scenario })
  await using taken = await takenPort()
  const dataDir = join(world.root, 'data')
  await using first = await world.start()
  const run = await first.hostler.runs.submit({ key: 'a', prompt: 'later', delayMs: 500 })
  await first.end('SIGKILL')
  const path = join(world.root, 'hostler-serve.yaml')
  const serve = ['serve', '--config', path, '--data-dir', dataDir]
  const refusals = [
    await runServe([...serve, '--port', String(taken.port)], world.env),
    await runServe([...serve, '--port', '0', '--host', '0.0.0.0'], world.env),
    await runServe(
      [...serve, '--port', '0', '--database-url', 'postgres://a:sesame@127.0.0.1:1/x'],
      world.env,
    ),
  ]
  expect(refusals.map(({ code }) => code)).toEqual([2, 1, 1])
  expect(refusals[2]?.stderr).toContain('127.0.0.1:1/x cannot be reached')
  expect(JSON.stringify(refusals)).not.toContain('sesame')
  for (const { stderr } of refusals) expect(stderr.split('\n').length).toBeLessThan(5)
  await using store = await openStore({ path: join(dataDir, 'hostler.db') })
  const attempts = await store.db.selectFrom('attempts').selectAll().execute()
  expect(attempts).toEqual([])
  await using second = await world.start()
  expect(await waitForRuns(second.hostler, [run])).toMatchObject([{ outcome: 'ok', text: 'fine' }])
})

test('a database that is newer is refused by name, and left as it is', async () => {
  await using world = await openDaemonWorld({ scenario })
  const dataDir = join(world.root, 'newer')
  const path = join(dataDir, 'hostler.db')
  await (await openStore({ path }))[Symbol.asyncDispose]()
  {
    await using store = await openStore({ path })
    await store.transact((tx) =>
      sql`insert into hostler_versions (version, name, applied_at) values (999, 'x', 1)`.execute(
        tx.db,
      ),
    )
  }
  const before = await readFile(path)
  const configuration = join(world.root, 'hostler.yaml')
  await writeFile(configuration, stringify(world.configuration))
  const args = ['serve', '--config', configuration, '--data-dir', dataDir, '--port', '0']
  const refused = await runServe(args, world.env)
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toMatch(/database is of version 999; this program knows up to \d+/)
  expect(refused.stderr).toContain('install a newer hostler')
  expect((await readFile(path)).equals(before)).toBe(true)
  expect(existsSync(join(dataDir, 'lock.json'))).toBe(false)
})

test('SIGHUP with a file that is wrong keeps what was before; with a right one it takes effect', async () => {
  await using world = await openDaemonWorld({ scenario })
  await using daemon = await world.start()
  const path = join(world.root, 'hostler-serve.yaml')
  await chmod(path, 0o600)
  const { profiles, ...rest } = world.configuration
  expect(profiles).toBeDefined()
  for (const wrong of ['profiles: [', stringify({ ...world.configuration, profils: 1 })]) {
    const seen = daemon.log().split('stays as it was').length
    await writeFile(path, wrong)
    daemon.child.kill('SIGHUP')
    await waitFor(() => daemon.log().split('stays as it was').length > seen)
    const run = await daemon.hostler.runs.submit({ key: 'a', prompt: 'hello' })
    expect(await waitForRuns(daemon.hostler, [run])).toMatchObject([{ outcome: 'ok' }])
  }
  expect(daemon.log()).toContain('profils')
  const unknown = await post(daemon.url, { key: 'b', prompt: 'x', profile: 'other' })
  expect(unknown).toMatchObject({
    status: 404,
    body: { code: 'not_found', detail: 'no profile "other"' },
  })
  const added = { ...rest, profiles: { ...Object(profiles), other: { extends: 'default' } } }
  await writeFile(path, stringify(added))
  daemon.child.kill('SIGHUP')
  await waitFor(() => daemon.log().includes('configuration read anew'))
  expect((await post(daemon.url, { key: 'b', prompt: 'x', profile: 'other' })).status).toBe(202)
})
