import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMetrics } from '../../src/http/metrics/metrics.ts'
import { startScriptedModel, text } from '../../src/testing/index.ts'
import { startTestDaemon } from '../support/daemon.ts'
import { waitForRuns } from '../support/daemon-world.ts'
import { openTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { isolatedEnv, newestClaude } from '../support/real-claude.ts'
import { tempDir } from '../support/temp-dir.ts'
import { codeBlocks, readProjectFile } from './run-example.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const run = promisify(execFile)

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

/** The commands under a heading of docs/operations.md. */
async function commandsOf(heading: string): Promise<string> {
  const page = await readProjectFile('docs/operations.md')
  const section = page.split(/^## /m).find((one) => one.startsWith(`${heading}\n`))
  const [commands, ...more] = codeBlocks(section ?? '', 'sh')
  expect(more).toEqual([])
  if (commands === undefined) throw new Error(`no commands under ${heading}`)
  return commands
}

test(
  'install, tokens, watch, back up, restore, move: the commands do what is said',
  { timeout: 180_000 },
  async () => {
    await using dir = await tempDir()
    await using model = await startScriptedModel({ script: [text('one'), text('two')] })
    await using database = await postgres.createDatabase({ empty: true })
    const home = join(dir.path, 'home')
    const bin = join(dir.path, 'bin')
    await mkdir(bin)
    const program = `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${main}' "$@"\n`
    await writeFile(join(bin, 'hostler'), program, { mode: 0o755 })
    const isolated = await isolatedEnv(home, model.url)
    const env = { ...isolated, PATH: `${bin}:${isolated['PATH']}`, NEW_DATABASE: database.url }
    const dataDir = join(home, '.local/share/hostler')
    const claudeBin = newestClaude.path
    const configuration = {
      profiles: { default: { claudeBin, workspace: { path: dir.path } } },
    }
    async function shell(heading: string, more: Record<string, string> = {}): Promise<string> {
      const commands = await commandsOf(heading)
      const options = { cwd: dir.path, env: { ...env, ...more } }
      return (await run('bash', ['-euc', commands], options)).stdout
    }

    expect(await shell('Install as a service')).toContain(dataDir)
    const token = (await shell('Tokens')).trim()
    expect(token).toMatch(/^hst_\S+$/)
    await using daemon = await startTestDaemon({
      dataDir,
      configuration,
      env,
      token,
    })
    const { hostler, url } = daemon
    const done = await waitForRuns(hostler, [await hostler.runs.submit({ key: 'k', prompt: 'p' })])
    expect(done).toMatchObject([{ outcome: 'ok', text: 'one' }])
    const watched = await shell('What to watch', { HOSTLER_URL: url, HOSTLER_TOKEN: token })
    expect(watched).toContain('hostler_runs_ended_total{outcome="ok",profile="default"} 1')
    expect(await shell('Back up')).toContain('hostler.db')
    const lost = await hostler.sessions.create({ key: 'after the backup' })
    expect(lost.key).toBe('after the backup')
    await daemon.end('SIGTERM')

    expect(await shell('Restore')).toContain('is sound: 1 sessions, 1 runs')
    expect(await shell('Move to PostgreSQL')).toContain('is sound: 1 sessions, 1 runs')
    const moved = { ...configuration, database: database.url }
    await using after = await startTestDaemon({ dataDir, configuration: moved, env, token })
    const sessions = await after.hostler.sessions.list()
    expect(sessions.items.map(({ key }) => key)).toEqual(['k'])
    const next = await after.hostler.runs.submit({ key: 'k', prompt: 'p' })
    expect(await waitForRuns(after.hostler, [next])).toMatchObject([{ outcome: 'ok', text: 'two' }])
    expect(model.prompts.at(-1)?.conversation).toContain('one')
    await after.end('SIGTERM')
  },
)

test('each metric is told of by its name, and no other', async () => {
  const metrics = createMetrics({
    snapshot: async () => ({
      queued: 0,
      running: 0,
      waiting: { human: 0, children: 0, time: 0 },
      agents: { busy: 0, warm: 0, spare: 0 },
      agentMemoryBytes: 0,
      openRequests: 0,
      accounts: [],
      workers: 0,
    }),
  })
  const { text: rendered } = await metrics.render()
  const there = [...rendered.matchAll(/^# TYPE (hostler_\w+)/gm)].map(([, name]) => name)
  const page = await readProjectFile('docs/operations.md')
  const listed = [...page.matchAll(/^\| `(hostler_\w+)/gm)].map(([, name]) => name)
  expect(listed).toHaveLength(there.length)
  expect(new Set(listed)).toEqual(new Set(there))
  const named = [...page.matchAll(/\b(hostler_[a-z_]+?)(?:_bucket)?\b/g)].map(([, name]) => name)
  expect(new Set(named)).toEqual(new Set(there))
})

test('what it links to is there', async () => {
  const page = await readProjectFile('docs/operations.md')
  const links = [...page.matchAll(/\]\(([^)#]+)?(?:#([^)]+))?\)/g)]
  expect(links.length).toBeGreaterThan(5)
  for (const [, path, anchor] of links) {
    if (path !== undefined && path !== '../deploy/kubernetes') await readProjectFile(`docs/${path}`)
    if (anchor !== undefined && path === undefined) {
      expect(page.toLowerCase()).toContain(`## ${anchor.replaceAll('-', ' ')}\n`)
    }
  }
})
