import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Run } from '../../../src/index.ts'
import { text as says } from '../../../src/testing/index.ts'
import { type DaemonWorld, openDaemonWorld } from '../../support/daemon-world.ts'
import { endAgentsOf } from '../../support/end-agents.ts'
import { openTestPostgres, type TestPostgres } from '../../support/postgres.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

const program = fileURLToPath(new URL('../../support/submit-at.ts', import.meta.url))
/** For both to start and to connect. */
const startsWithinMs = 2500
const pace = { chunkChars: 2, delayMs: 30 }
const script = ['one', 'two'].map((name) =>
  says(`answer ${name}`, { repeat: true, when: { lastUserText: `prompt ${name}` }, pace }),
)

/** A client in a process of its own. */
async function submitApart(given: {
  url: string
  key: string
  prompt: string
  at: number
}): Promise<Run> {
  const { url, key, prompt, at } = given
  const child = spawn(process.execPath, [program, url, key, prompt, String(at)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(await text(child.stdout))
}

async function submitBoth(world: DaemonWorld, urls: readonly [string, string]): Promise<void> {
  for (const key of ['k/1', 'k/2']) {
    const at = Date.now() + startsWithinMs
    const runs = await Promise.all([
      submitApart({ url: urls[0], key, prompt: 'prompt one', at }),
      submitApart({ url: urls[1], key, prompt: 'prompt two', at }),
    ])
    const [first, second] = runs.toSorted((a, b) => a.ordinal - b.ordinal)
    expect(runs.map((run) => [run.outcome, run.text, run.attempts.length])).toEqual([
      ['ok', 'answer one', 1],
      ['ok', 'answer two', 1],
    ])
    expect(first?.sessionId).toBe(second?.sessionId)
    expect([first?.ordinal, second?.ordinal]).toEqual([1, 2])
    expect(second?.startedAt).toBeGreaterThanOrEqual(first?.endedAt ?? Infinity)
    // The second one knows what the first one said, and not the other way round.
    const asked = world.model.requests.filter(({ lastUserText }) =>
      lastUserText.startsWith('prompt '),
    )
    const [before, after] = asked.slice(-2)
    expect(before?.conversation).not.toContain(second?.text ?? '')
    expect(after?.conversation).toContain(String(first?.text))
  }
}

test('S1: two processes submit to one session in the same millisecond, on a file', async () => {
  await using world = await openDaemonWorld({ script })
  const { url } = await world.start()
  await submitBoth(world, [url, url])
}, 180_000)

test('S1: the same on PostgreSQL, each through a server of its own', async () => {
  await using database = await postgres.createDatabase()
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await openDaemonWorld({ script, database: database.url }))
  const one = await world.start()
  const root = join(world.root, 'other')
  await mkdir(root)
  const dataDir = join(root, 'data')
  const other = await world.start({ dataDir })
  stack.use(endAgentsOf(dataDir))
  await submitBoth(world, [one.url, other.url])
}, 180_000)
