import type { Agent } from '../../src/agent/index.ts'
import { AgentPool, type KeptAgent, type PoolLimits } from '../../src/service/worker/agent-pool.ts'
import { openTestWorld } from './agents.ts'

/** A pool of agents that play a fake claude, and what becomes of them. */
export type TestPool = AsyncDisposable & {
  pool: AgentPool
  /** Starts an agent; its session is named like it, spares have none. */
  start(name: string, more?: Partial<KeptAgent> & { bytes?: number }): Promise<KeptAgent>
  /** Names of those that are kept, oldest use first. */
  kept(): string[]
  /** Names in the order of their retirement. */
  retired: string[]
  limits: PoolLimits
  /** From now on a retirement is over only when the function that this returns is called. */
  hold(): () => void
}

const hour = 3_600_000

/** Ten agents fit in, and 1,000 bytes. What was started here ends with the scope. */
export async function openPool(limits: Partial<PoolLimits> = {}): Promise<TestPool> {
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await openTestWorld({ scenario: {} }))
  const names = new Map<string, string>()
  const bytes = new Map<string, number>()
  const retired: string[] = []
  let held = Promise.resolve()
  const nameOf = ({ id }: Pick<Agent, 'id'>): string => names.get(id) ?? id
  const all = { maxWarm: 10, maxWarmMemoryBytes: 1000, ...limits }
  const pool = stack.use(
    new AgentPool({
      retire: async ({ agent }) => {
        retired.push(nameOf(agent))
        await held
        await agent.stop()
      },
      memoryOf: ({ id }) => bytes.get(id) ?? null,
      limits: () => all,
    }),
  )
  const owned = stack.move()
  return {
    pool,
    retired,
    limits: all,
    kept: () => pool.kept.map(({ agent }) => nameOf(agent)),
    async start(name, { bytes: resident, ...more } = {}) {
      const agent = await world.start()
      await agent.ready
      names.set(agent.id, name)
      if (resident !== undefined) bytes.set(agent.id, resident)
      const kept = { sessionId: name, profile: 'default', hash: 'h', cwd: world.workspace }
      return { agent, ...kept, fence: 1, warmMs: hour, ...more }
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      return resolve
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
