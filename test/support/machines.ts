import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { listAgents, stopAgent } from '../../src/agent/index.ts'
import { type OpenedHostler, openHostler } from '../../src/index.ts'
import { createLog } from '../../src/log.ts'
import {
  type FakeScenario,
  type ScriptedModel,
  type ScriptInput,
  startScriptedModel,
  writeFakeClaude,
} from '../../src/testing/index.ts'
import { type DaemonOptions, startTestDaemon, type TestDaemon } from './daemon.ts'
import type { TestPostgres } from './postgres.ts'
import { isolatedEnv, newestClaude } from './real-claude.ts'
import { tempDir } from './temp-dir.ts'

export type MachinesOptions = {
  script?: ScriptInput
  /** Plays a fake claude instead of the real one. */
  scenario?: FakeScenario
  /** Path of a real CLI. Default: the newest. */
  claudeBin?: string
  /** Laid over the default profile. */
  profile?: Record<string, unknown>
  /** Laid over the configuration of each machine. */
  configuration?: Record<string, unknown>
}

/** A machine of several: its own data folder and home; nothing is shared but database and model. */
export type Machine = {
  dataDir: string
  home: string
  env: Record<string, string>
  configuration: Record<string, unknown>
  /** What hostlers that were opened here have logged. */
  logged: string[]
  /** Hostler in this process. */
  open(options?: { worker?: boolean }): Promise<OpenedHostler>
  /** Hostler in a process of its own. */
  start(options?: Partial<DaemonOptions>): Promise<TestDaemon>
  /** Kills worker and agents with -9, and takes their files out of reach. */
  vanish(): Promise<void>
}

export type Machines = AsyncDisposable & {
  model: ScriptedModel
  /** Path workspaces and remotes may be below it; all machines see it. */
  roots: string
  workspace: string
  /** Of the database that all of them share. */
  url: string
  /** `configuration` is laid over that of all. */
  machine(name: string, configuration?: Record<string, unknown>): Promise<Machine>
}

/** Several machines on one real PostgreSQL. What runs on them ends with the scope. */
export async function openMachines(
  postgres: TestPostgres,
  given: MachinesOptions = {},
): Promise<Machines> {
  const { script, scenario } = given
  await using stack = new AsyncDisposableStack()
  const dir = stack.use(await tempDir())
  const database = stack.use(await postgres.createDatabase())
  const model = stack.use(await startScriptedModel(script === undefined ? {} : { script }))
  const roots = join(dir.path, 'roots')
  const workspace = join(roots, 'workspace')
  await mkdir(workspace, { recursive: true })
  const claudeBin =
    scenario === undefined
      ? (given.claudeBin ?? newestClaude.path)
      : await writeFakeClaude(join(dir.path, 'fake'), scenario)
  const profiles = { default: { claudeBin, workspace: { path: workspace }, ...given.profile } }

  const owned = stack.move()
  async function machine(name: string, more: Record<string, unknown> = {}): Promise<Machine> {
    const dataDir = join(dir.path, name, 'data')
    const home = join(dir.path, name, 'home')
    const env = await isolatedEnv(home, model.url)
    const { profiles: all, ...rest } = { profiles: {}, ...given.configuration }
    const { profiles: own, ...ownRest } = { profiles: {}, ...more }
    const configuration = {
      database: database.url,
      workspaces: { roots: [roots] },
      ...rest,
      ...ownRest,
      profiles: { ...profiles, ...all, ...own },
    }
    const logged: string[] = []
    const destination = { write: (text: string) => logged.push(text) }
    const log = createLog({ level: 'debug', format: 'text', destination })
    const opened: OpenedHostler[] = []
    const daemons: TestDaemon[] = []
    const killAgents = async (folder: string): Promise<void> => {
      for (const { id, pid, state } of await listAgents(folder).catch(() => [])) {
        if (state === 'running' && pid !== null) process.kill(-pid, 'SIGKILL')
        await stopAgent(folder, id)
      }
    }
    owned.defer(async () => {
      for (const hostler of opened) await hostler.close({ agents: 'drain', drainMs: 0 })
      for (const daemon of daemons) await daemon[Symbol.asyncDispose]()
      for (const folder of [dataDir, `${dataDir}.gone`]) {
        if (existsSync(folder)) await killAgents(folder)
      }
    })
    return {
      dataDir,
      home,
      env,
      configuration,
      logged,
      async open(options = {}) {
        const hostler = await openHostler({ configuration, dataDir, env, log, ...options })
        opened.push(hostler)
        return hostler
      },
      async start(options = {}) {
        await mkdir(dataDir, { recursive: true })
        const daemon = await startTestDaemon({ dataDir, configuration, env, ...options })
        daemons.push(daemon)
        return daemon
      },
      async vanish() {
        for (const daemon of daemons) await daemon.end('SIGKILL')
        await killAgents(dataDir)
        await rename(dataDir, `${dataDir}.gone`)
        await rename(home, `${home}.gone`)
      },
    }
  }

  return {
    model,
    roots,
    workspace,
    url: database.url,
    machine,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
