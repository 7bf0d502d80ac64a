import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { listAgents } from '../../src/agent/index.ts'
import { startPostgres } from '../../test/support/start-postgres.ts'
import { type DaemonOptions, startTestDaemon, type TestDaemon } from '../../test/support/daemon.ts'
import { bareEnvironment, openDir, removeDir } from '../room/room.ts'
import { writeQuickClaude } from './quick-claude.ts'

export type DatabaseName = 'SQLite' | 'PostgreSQL'
export const databaseNames: readonly DatabaseName[] = ['SQLite', 'PostgreSQL']

/** What a process needs in order to open hostler on a site. */
export type SiteTask = {
  configuration: Record<string, unknown>
  dataDir: string
  env: Record<string, string>
  where: { path: string } | { url: string }
}

/** Folders, a quick claude, an empty database, and daemons on them. */
export type Site = AsyncDisposable & {
  name: DatabaseName
  task: SiteTask
  /** `machine` 2, 3, … has a data directory of its own. */
  start(options?: Partial<DaemonOptions> & { machine?: number }): Promise<TestDaemon>
  /** Takes a machine's files away, whose daemon has ended. */
  lose(machine: number): Promise<void>
}

/** Both databases, on the same disk. */
export type Ground = AsyncDisposable & {
  openSite(name: DatabaseName, settings?: SiteSettings): Promise<Site>
}

export type SiteSettings = { perWorker?: number }

/** Starts a PostgreSQL of our own, as durable as it is by default. */
export async function openGround(): Promise<Ground> {
  const postgres = await startPostgres({ isDurable: true })
  let count = 0
  return {
    async openSite(name, settings = {}) {
      count += 1
      if (name === 'SQLite') return await openSite(name, { url: null, settings })
      const database = `bench_${count}`
      await ask(postgres.url, `create database ${database}`)
      const url = new URL(postgres.url)
      url.pathname = `/${database}`
      return await openSite(name, { url: url.href, settings })
    },
    [Symbol.asyncDispose]: () => postgres[Symbol.asyncDispose](),
  }
}

async function openSite(
  name: DatabaseName,
  { url, settings }: { url: string | null; settings: SiteSettings },
): Promise<Site> {
  const dir = await openDir()
  const [home, cwd, dataDir] = [join(dir, 'home'), join(dir, 'work'), join(dir, '1', 'data')]
  for (const one of [home, cwd, dataDir]) await mkdir(one, { recursive: true })
  const claudeBin = await writeQuickClaude(dir, { home, cwd })
  const env = { ...bareEnvironment(dir), HOME: home }
  const configuration = {
    ...(url === null ? {} : { database: url }),
    workspaces: { roots: [dir] },
    limits: { perWorker: settings.perWorker ?? 64, minFreeMemoryBytes: 0 },
    agents: { maxWarm: 10_000, maxWarmMemoryBytes: 2 ** 40 },
    server: { maxConnections: 10_000, requestsPerMinute: 10_000_000 },
    profiles: { default: { claudeBin, workspace: { path: cwd }, shareWorkspace: true } },
  }
  const where = url === null ? { path: join(dataDir, 'hostler.db') } : { url }
  const task: SiteTask = { configuration, dataDir, env, where }
  const daemons: TestDaemon[] = []
  const dataDirs = new Set([dataDir])
  return {
    name,
    task,
    async start({ machine = 1, ...options } = {}) {
      const own = join(dir, String(machine), 'data')
      await mkdir(own, { recursive: true })
      dataDirs.add(own)
      const daemon = await startTestDaemon({ configuration, dataDir: own, env, ...options })
      daemons.push(daemon)
      return daemon
    },
    async lose(machine) {
      const lost = join(dir, `${machine}-lost`)
      await rename(join(dir, String(machine)), lost)
      dataDirs.add(join(lost, 'data'))
    },
    async [Symbol.asyncDispose]() {
      for (const daemon of daemons) await daemon[Symbol.asyncDispose]()
      for (const one of dataDirs) await killAgents(one)
      await removeDir(dir)
    },
  }
}

/** To stop each, with a look at all processes of the machine, would take longer than the measurement. */
export async function killAgents(dataDir: string): Promise<void> {
  for (const { state, pid } of await listAgents(dataDir)) {
    if (state === 'running' && pid !== null) process.kill(-pid, 'SIGKILL')
  }
}

async function ask(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
