import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSqlite } from '../../../src/store/dialects/sqlite.ts'
import { text } from '../../../src/testing/index.ts'
import type { Run } from '../../../src/index.ts'
import type { DaemonWorld } from '../../support/daemon-world.ts'
import { openDaemonWorld, waitForRuns } from '../../support/daemon-world.ts'
import { follow, type Followed, runEnds, seqsOf } from '../../support/follow.ts'
import { post, postUntilRefused, waitForReadiness } from '../../support/intake.ts'
import { startPostgres, type StartedPostgres } from '../../support/start-postgres.ts'
import type { TestDaemon } from '../../support/daemon.ts'
import { waitFor } from '../../support/wait-for.ts'

const script = [
  text('held', { repeat: true, when: { lastUserText: 'hold' }, hold: 'reply' }),
  text('second', { repeat: true, when: { lastUserText: 'after' } }),
  text('plainly', { repeat: true, when: { lastUserText: 'plain' } }),
]

type Busy = { held: Run; behind: Run; followed: Followed }

async function makeBusy(world: DaemonWorld, { hostler }: TestDaemon): Promise<Busy> {
  const held = await hostler.runs.submit({ key: 'a', prompt: 'hold' })
  const behind = await hostler.runs.submit({ key: 'a', prompt: 'after' })
  const followed = follow(hostler, held.sessionId)
  await world.model.waitForRequest((request) => request.lastUserText === 'hold')
  return { held, behind, followed }
}

/** The turn ends while nobody can write that down. */
async function endTurnUnrecorded(world: DaemonWorld): Promise<void> {
  world.model.release('reply')
  const dir = join(world.root, 'data', 'agents')
  await waitFor(
    () =>
      readdirSync(dir).some((id) => {
        const path = join(dir, id, 'out.jsonl')
        return existsSync(path) && readFileSync(path, 'utf8').includes('"type":"result"')
      }),
    { timeoutMs: 20_000, what: 'a result in the agent’s log' },
  )
}

async function expectAllDone(
  daemon: TestDaemon,
  { held, behind, followed }: Busy,
  accepted: readonly string[],
): Promise<void> {
  const { hostler, url } = daemon
  const runs = await waitForRuns(hostler, [held, behind, ...accepted.map((id) => ({ id }))])
  expect(
    runs.map(({ outcome, attempts }) => [outcome, attempts.length]),
    daemon.log(),
  ).toEqual(runs.map(() => ['ok', 1]))
  await waitForReadiness(url, true)
  expect((await post(url, { key: 'a', prompt: 'plain' })).status).toBe(202)
  await waitFor(() => runEnds(followed.events).length === 3, { timeoutMs: 20_000 })
  expect(runEnds(followed.events)).toEqual(['held', 'second', 'plainly'])
  expect(seqsOf(followed.events)).toEqual(seqsOf(followed.events).map((_, index) => index + 1))
}

test('C5: another process locks the SQLite file: intake is refused, and goes on with the lock gone', async () => {
  await using world = await openDaemonWorld({ script, profile: { shareWorkspace: true } })
  await using daemon = await world.start()
  const busy = await makeBusy(world, daemon)
  await using _ = busy.followed
  await using other = openSqlite(join(world.root, 'data', 'hostler.db'))
  let accepted: string[] = []
  await other.transact(async () => {
    const refused = await postUntilRefused(daemon.url, 'late')
    accepted = refused.accepted
    expect(refused.refusal).toMatchObject({
      status: 503,
      body: {
        code: 'database_unavailable',
        detail: expect.stringContaining('is locked'),
        cure: expect.stringContaining('end the program that holds it'),
      },
    })
    expect(Number(refused.refusal.headers.get('retry-after'))).toBeGreaterThan(0)
    const { body } = await waitForReadiness(daemon.url, false)
    expect(JSON.stringify(body)).toContain('"database"')
    await endTurnUnrecorded(world)
  }, {})
  await expectAllDone(daemon, busy, accepted)
})

describe('C5 PostgreSQL', () => {
  let postgres: StartedPostgres
  beforeAll(async () => {
    // Its own user must be able to get in.
    await chmod(tmpdir(), 0o711)
    postgres = await startPostgres()
  })
  afterAll(() => postgres[Symbol.asyncDispose]())

  async function run(statement: string): Promise<void> {
    const client = new Client({ connectionString: postgres.url })
    await client.connect()
    try {
      await client.query(statement)
    } finally {
      await client.end()
    }
  }

  async function newDatabase(name: string): Promise<string> {
    await run(`create database ${name}`)
    const url = new URL(postgres.url)
    url.pathname = `/${name}`
    return url.href
  }

  test('C5: PostgreSQL is stopped for a while: the turn goes on, and all of it is recorded when it is back', async () => {
    const database = await newDatabase('stopped')
    await using world = await openDaemonWorld({
      script,
      database,
      profile: { shareWorkspace: true },
    })
    await using daemon = await world.start()
    const busy = await makeBusy(world, daemon)
    await using _ = busy.followed
    await postgres.stop()
    let accepted: string[] = []
    try {
      const refused = await postUntilRefused(daemon.url, 'late')
      accepted = refused.accepted
      expect(refused.refusal).toMatchObject({
        status: 503,
        body: {
          code: 'database_unavailable',
          detail: expect.stringContaining('cannot be reached'),
          cure: expect.stringContaining('PostgreSQL runs'),
        },
      })
      expect(Number(refused.refusal.headers.get('retry-after'))).toBeGreaterThan(0)
      const { body } = await waitForReadiness(daemon.url, false)
      expect(JSON.stringify(body)).toContain('cannot be reached')
      await endTurnUnrecorded(world)
    } finally {
      await postgres.start()
    }
    await expectAllDone(daemon, busy, accepted)
    expect(daemon.log()).not.toContain('password')
  })

  test('C5: all connections are ended again and again in a busy mix: every run has one end', async () => {
    const database = await newDatabase('ended')
    await using world = await openDaemonWorld({
      script: [text('fine', { repeat: true })],
      database,
      profile: { shareWorkspace: true },
      configuration: { limits: { perWorker: 3 } },
    })
    await using daemon = await world.start()
    const accepted: string[] = []
    for (let n = 0; n < 12; n++) {
      const key = `session-${n % 4}`
      const headers = { 'idempotency-key': `n-${n}` }
      const taken = await waitFor(
        async () => {
          const answer = await post(daemon.url, { key, prompt: `p-${n}` }, headers)
          expect([202, 503], JSON.stringify(answer.body)).toContain(answer.status)
          return answer.status === 202 ? answer : null
        },
        { timeoutMs: 20_000 },
      )
      accepted.push(String(taken.body['id']))
      await run(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'ended' and pid <> pg_backend_pid()`,
      )
    }
    expect(new Set(accepted).size).toBe(12)
    const runs = await waitForRuns(
      daemon.hostler,
      accepted.map((id) => ({ id })),
    )
    expect(
      runs.map(({ outcome, text: reply }) => [outcome, reply]),
      daemon.log(),
    ).toEqual(runs.map(() => ['ok', 'fine']))
    await waitForReadiness(daemon.url, true)
  })
})
