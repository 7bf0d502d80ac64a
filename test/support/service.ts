import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createLog, type Log } from '../../src/log.ts'
import type { OpenedHostler } from '../../src/index.ts'
import { openHostlerAt } from '../../src/open-hostler.ts'
import type { SessionEvent } from '../../src/events/index.ts'
import {
  type FakeScenario,
  type ScriptedModel,
  type ScriptInput,
  startScriptedModel,
  writeFakeClaude,
} from '../../src/testing/index.ts'
import { isolatedEnv, newestClaude, realClaudes } from './real-claude.ts'
import { tempDir } from './temp-dir.ts'

export type TestServiceOptions = {
  /** What the model says to the real CLI. */
  script?: ScriptInput
  /** Plays a fake claude instead of the real one. */
  scenario?: FakeScenario
  version?: string
  /** Laid over the default profile. */
  profile?: Record<string, unknown>
  /** Laid over the configuration. */
  configuration?: Record<string, unknown>
  /** A PostgreSQL database instead of a file. */
  database?: string
  /** Default: a folder beside the workspace. */
  dataDir?: string
  /** Simulated time: epoch milliseconds. */
  clock?: () => number
}

/** Where a hostler of a test lives: folders, a model, a claude. Opens it as often as wanted. */
export type TestService = AsyncDisposable & {
  model: ScriptedModel
  env: Record<string, string>
  root: string
  workspace: string
  dataDir: string
  configuration: Record<string, unknown>
  /** What the log has said, for tests that fail. */
  logged: string[]
  log: Log
  open(options?: { dataDir?: string; worker?: boolean }): Promise<OpenedHostler>
}

/** Makes folders, a model and a claude, real or fake; what is opened here is closed with it. */
export async function openTestService(given: TestServiceOptions = {}): Promise<TestService> {
  const { script, scenario, version = newestClaude.version } = given
  await using stack = new AsyncDisposableStack()
  const root = stack.use(await tempDir())
  const model = stack.use(await startScriptedModel(script === undefined ? {} : { script }))
  const workspace = join(root.path, 'workspace')
  await mkdir(workspace)
  const env = await isolatedEnv(join(root.path, 'home'), model.url, {})
  const claudeBin =
    scenario === undefined
      ? realClaudePath(version)
      : await writeFakeClaude(join(root.path, 'fake'), scenario)
  const configuration = {
    ...(given.database === undefined ? {} : { database: given.database }),
    workspaces: { roots: [root.path] },
    ...given.configuration,
    profiles: {
      default: { claudeBin, workspace: { path: workspace }, ...given.profile },
      ...profilesOf(given.configuration, claudeBin),
    },
  }
  const { dataDir = join(root.path, 'data') } = given
  const clock = given.clock === undefined ? {} : { clock: given.clock }
  const logged: string[] = []
  const log = createLog({
    level: 'debug',
    format: 'text',
    destination: { write: (text: string) => logged.push(text) },
  })
  const owned = stack.move()
  const opened: OpenedHostler[] = []
  return {
    model,
    env,
    root: root.path,
    workspace,
    dataDir,
    configuration,
    logged,
    log,
    async open(options = {}) {
      const hostler = await openHostlerAt({
        configuration,
        dataDir,
        env,
        log,
        ...clock,
        ...options,
      })
      opened.push(hostler)
      return hostler
    },
    async [Symbol.asyncDispose]() {
      for (const hostler of opened) await hostler.close({ agents: 'drain', drainMs: 0 })
      await owned.disposeAsync()
    },
  }
}

/** Follows a session from its beginning until an event is what is waited for. */
export async function eventsUntil(
  hostler: OpenedHostler,
  sessionId: string,
  isLast: (event: SessionEvent) => boolean,
): Promise<SessionEvent[]> {
  const all: SessionEvent[] = []
  const signal = AbortSignal.timeout(30_000)
  for await (const event of hostler.sessions.events(sessionId, { signal })) {
    all.push(event)
    if (isLast(event)) return all
  }
  throw new Error(`the events ended before that: ${all.map(({ type }) => type).join(' ')}`)
}

function profilesOf(
  configuration: Record<string, unknown> | undefined,
  claudeBin: string,
): Record<string, unknown> {
  const profiles = configuration?.['profiles']
  if (typeof profiles !== 'object' || profiles === null) return {}
  return Object.fromEntries(
    Object.entries(profiles).map(([name, profile]) => [name, { claudeBin, ...profile }]),
  )
}

function realClaudePath(version: string): string {
  const found = realClaudes.find((one) => one.version === version)
  if (found === undefined) throw new Error(`no claude ${version} is installed`)
  return found.path
}
