import { randomUUID } from 'node:crypto'
import { agentDir } from '../../agent/index.ts'
import { endAgent, recordAgent } from '../../store/queue/agents.ts'
import { toError } from '../../util/to-error.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'
import type { Profile } from '../contract/profile.ts'
import { fitsAllowance } from '../money/allowance.ts'
import { readSpareAllowance } from '../money/spare-allowance.ts'
import { prepareSpareWorkspace } from '../workspaces/prepare-workspace.ts'
import type { KeptAgent } from './agent-pool.ts'
import { availableBytes } from './memory.ts'
import { planAgent, startSessionAgent } from './start-session-agent.ts'
import type { Worker } from './worker-parts.ts'

/** After a failed start: a profile that cannot start must not be tried in a loop. */
const pauseAfterFailureMs = 30_000

/** Starts agents ahead for profiles that want them, so that a new session need not wait for one. */
export function createSpareKeeper(worker: Worker): { fill(): void; stop(): Promise<void> } {
  const stopping = new AbortController()
  const pausedUntil = new Map<string, number>()
  let filling: Promise<void> | null = null

  /** Those that no session could use any more would be kept for ever. */
  function evictSpares(isUseless: (spare: KeptAgent) => boolean): void {
    for (const one of worker.pool.kept) {
      if (one.sessionId === null && isUseless(one)) worker.pool.evict(one.agent.id)
    }
  }

  async function fillOne(profile: Profile): Promise<void> {
    const { context, pool } = worker
    const { cwd } = await prepareSpareWorkspace(context, profile)
    const allowance = await readSpareAllowance(context, profile)
    // It would be started only to be ended.
    if (allowance === 'none') return
    const plan = planAgent(profile, { cwd, overrides: {}, isTask: false, allowance })
    const isFit = ({ hash, cwd: where, agent }: KeptAgent): boolean =>
      hash === plan.hash && where === cwd && fitsAllowance(agent.budgetLeftUsd, allowance)
    evictSpares((one) => one.profile === profile.name && !isFit(one))
    const { limits } = context.configuration()
    const isSpare = (one: { sessionId: string | null; hash: string }): boolean =>
      one.sessionId === null && one.hash === plan.hash
    while (pool.kept.filter(isSpare).length < (profile.spare ?? 0)) {
      if (stopping.signal.aborted || availableBytes() < limits.minFreeMemoryBytes) return
      const id = uuidV7()
      await recordAgent(context.store, {
        id,
        workerId: worker.id,
        dir: agentDir(context.configuration().dataDir, id),
        profile: profile.name,
        optionsHash: plan.hash,
      })
      try {
        const agent = await startSessionAgent(worker, plan, {
          id,
          conversation: { kind: 'new', claudeSessionId: randomUUID() },
          signal: stopping.signal,
        })
        await agent.ready
        const spare = { agent, sessionId: null, profile: profile.name, hash: plan.hash }
        await pool.keep({ ...spare, cwd, fence: 0, warmMs: Number.MAX_SAFE_INTEGER })
      } catch (error) {
        await endAgent(context.store, id)
        throw error
      }
    }
  }

  async function fillAll(): Promise<void> {
    const { profiles } = worker.context.configuration()
    evictSpares(({ profile }) => (profiles[profile]?.spare ?? 0) === 0)
    for (const profile of Object.values(profiles)) {
      if ((profile.spare ?? 0) === 0) continue
      if ((pausedUntil.get(profile.name) ?? 0) > performance.now()) continue
      try {
        await fillOne(profile)
      } catch (error) {
        if (stopping.signal.aborted) return
        pausedUntil.set(profile.name, performance.now() + pauseAfterFailureMs)
        const about = { profile: profile.name, err: toError(error) }
        worker.context.log.warn(about, 'a spare agent could not be started')
      }
    }
  }

  return {
    fill() {
      if (stopping.signal.aborted) return
      filling ??= fillAll().finally(() => {
        filling = null
      })
    },
    async stop() {
      stopping.abort()
      await filling
    },
  }
}
