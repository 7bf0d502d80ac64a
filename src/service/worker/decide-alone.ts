import type { AgentEvent, DeltaEvent } from '../../events/agent-event.ts'
import type { PermissionDecided } from '../../events/session-event.ts'
import { toError } from '../../util/to-error.ts'
import type { Agent } from '../../agent/index.ts'
import { decisionsOf, readGiven } from '../../store/sessions/read-given.ts'
import type { Profile } from '../contract/profile.ts'
import {
  decidePermission,
  type Given,
  toPermissionResult,
} from '../permissions/decide-permission.ts'
import { retryWhileHeld } from './retry-while-held.ts'
import type { Serve, Worker } from './worker-parts.ts'

/** Permissions that an agent asks for and no human has to give. By the CLI's ids of the requests. */
export type AloneDecisions = {
  /** Finds out whether anything decides it. Never throws: what cannot be found out a human decides. */
  consider(event: Exclude<AgentEvent, DeltaEvent>): Promise<void>
  /** What it has come to, to be stored before the agent hears of it; from then on it is `has`. */
  take(id: string): PermissionDecided | null
  has(id: string): boolean
  /** Tells the agent. */
  give(id: string): void
}

/**
 * Decides for the agent of one run. What a former process has decided and stored, and maybe not told
 * the agent, is decided the same way again, whatever rules there are now.
 */
export async function decideAlone(
  { context }: Pick<Worker, 'context'>,
  serve: Pick<Serve, 'session' | 'run' | 'letGo'>,
  {
    agent,
    profile,
    isFirst,
  }: {
    agent: Pick<Agent, 'requests' | 'cwd' | 'answer'>
    profile: Profile
    isFirst: boolean
  },
): Promise<AloneDecisions> {
  const { store, log } = context
  const { session, run } = serve
  const home = profile.env?.['HOME'] ?? context.env['HOME'] ?? null
  const considered = new Map<string, PermissionDecided>()
  const taken = new Map<string, PermissionDecided>()

  async function given(): Promise<Given> {
    const row = await retryWhileHeld(serve, log, () => readGiven(store, session.id))
    const grants = row.granted_rules === null ? [] : JSON.parse(row.granted_rules)
    return { grants, bypassUntil: row.bypass_until }
  }

  function give(id: string): void {
    const decided = taken.get(id)
    const isOpen = agent.requests.some((one) => one.id === id)
    if (decided !== undefined && isOpen) agent.answer(id, toPermissionResult(decided, profile))
  }

  async function giveAgain(): Promise<void> {
    const asked = agent.requests.filter(({ kind }) => kind === 'permission')
    if (isFirst || asked.length === 0) return
    const stored = await decisionsOf(store, { sessionId: session.id, runId: run.id })
    const decisions = new Map(
      stored.map((data) => {
        const decided: PermissionDecided = JSON.parse(data)
        return [decided.toolUseId, { ...decided, type: 'permission_decided' as const }]
      }),
    )
    for (const request of asked) {
      const decided = request.kind === 'permission' ? decisions.get(request.toolUseId) : undefined
      if (decided === undefined) continue
      taken.set(request.id, decided)
      give(request.id)
    }
  }

  await giveAgain()
  return {
    async consider(event) {
      if (event.type !== 'request_opened' || event.request.kind !== 'permission') return
      const { request } = event
      if (taken.has(request.id)) return
      const places = { cwd: agent.cwd, home }
      try {
        const decided = await decidePermission(request, { profile, places, given })
        if (decided !== null) considered.set(request.id, decided)
      } catch (error) {
        log.warn({ runId: run.id, err: toError(error) }, 'a permission could not be decided')
      }
    },
    take(id) {
      const decided = considered.get(id) ?? null
      if (decided !== null) taken.set(id, decided)
      return decided
    },
    has: (id) => taken.has(id),
    give,
  }
}
