import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  startAgent,
  type Agent,
  type AgentEvent,
  type AgentOptions,
  type Turn,
  type TurnResult,
  type VersionCache,
} from '../../src/agent/index.ts'
import {
  startScriptedModel,
  writeFakeClaude,
  type FakeScenario,
  type ScriptedModel,
  type ScriptInput,
} from '../../src/testing/index.ts'
import { listChildren } from './processes.ts'
import { isolatedEnv, newestClaude, realClaudes } from './real-claude.ts'
import { tempDir } from './temp-dir.ts'

export type TestWorldOptions = {
  /** What the model says to the real CLI; default nothing. */
  script?: ScriptInput
  /** Plays a fake claude instead of the real one. */
  scenario?: FakeScenario
  /** Of the real CLI. Default: the newest. */
  version?: string
  /** Laid over the defaults: folders, CLI, model and key. */
  options?: Partial<AgentOptions>
  oauthToken?: string
  /** Of API calls by the CLI. Default: its own, ten. */
  maxRetries?: number
}

/** Where agents of a test live. Disposing of it stops those that were started here. */
export type TestWorld = AsyncDisposable & {
  /** What agents are started with; their folders are under `options.dir`. */
  options: AgentOptions
  /** Not the test's own: a home of its own, and no way out but the model. */
  env: Record<string, string>
  model: ScriptedModel
  home: string
  workspace: string
  /** Starts an agent, as many as wanted, with these options laid over the world's. */
  start(options?: Partial<AgentOptions>): Promise<Agent>
}

/** A world with one agent in it. */
export type TestAgent = TestWorld & { agent: Agent }

/** Makes folders, a model and a claude, real or fake. */
export async function openTestWorld(given: TestWorldOptions = {}): Promise<TestWorld> {
  const { script, scenario, version = newestClaude.version, oauthToken, maxRetries } = given
  await using stack = new AsyncDisposableStack()
  const root = stack.use(await tempDir())
  const model = stack.use(await startScriptedModel(script === undefined ? {} : { script }))
  const home = join(root.path, 'home')
  const workspace = join(root.path, 'workspace')
  await mkdir(workspace)
  const env = await isolatedEnv(home, model.url, {
    ...(oauthToken === undefined ? {} : { oauthToken }),
    ...(maxRetries === undefined ? {} : { maxRetries }),
  })
  const options: AgentOptions = {
    dir: join(root.path, 'data'),
    cwd: workspace,
    claudeBin:
      scenario === undefined
        ? realClaudePath(version)
        : await writeFakeClaude(join(root.path, 'fake'), scenario),
    ...given.options,
  }
  const owned = stack.move()
  return {
    options,
    env,
    model,
    home,
    workspace,
    start: async (more = {}) =>
      owned.use(await startAgent({ ...options, ...more }, { env, versions })),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Makes a world and starts an agent in it; it is ready unless it never will be. */
export async function startTestAgent(given: TestWorldOptions = {}): Promise<TestAgent> {
  const world = await openTestWorld(given)
  try {
    return { ...world, agent: await world.start() }
  } catch (error) {
    await world[Symbol.asyncDispose]()
    throw error
  }
}

/** Collects an agent's events from its start; the list grows while it runs. */
export function collectEvents(agent: Agent): { events: AgentEvent[]; done: Promise<void> } {
  const events: AgentEvent[] = []
  const collect = async (): Promise<void> => {
    for await (const event of agent.events({ from: 'start' })) events.push(event)
  }
  return { events, done: collect() }
}

/** Follows a turn to its end: a result alone may be known before a listener has come to it. */
export async function followTurn(
  turn: Turn,
  onEvent: (event: AgentEvent) => void = () => undefined,
): Promise<{ result: TurnResult; events: AgentEvent[] }> {
  const events: AgentEvent[] = []
  for await (const event of turn) {
    events.push(event)
    onEvent(event)
  }
  return { result: await turn.result, events }
}

/** Each CLI is asked for its version once per test file. */
const versions: VersionCache = new Map()

function realClaudePath(version: string): string {
  const found = realClaudes.find((one) => one.version === version)
  if (found === undefined) throw new Error(`no claude ${version} is installed for tests`)
  return found.path
}

/** The pid of the CLI itself: the launcher's only child. */
export function claudeOf(agent: Agent): number {
  const [claude] = listChildren(agent.pid)
  if (claude === undefined) throw new Error(`the launcher ${agent.pid} has no child`)
  return claude.pid
}
