import { listMarkedProcesses } from '../../support/processes.ts'
import type { Follower } from '../clients/follow.ts'
import type { ChaosWorld } from '../world.ts'
import type { Facts } from './facts.ts'

/** Nothing lives on, and no agent's folder is nobody's. */
export function proveLeftovers(world: ChaosWorld, { agents, folders }: Facts): string[] {
  const live = new Set(agents.filter(({ state }) => state === 'live').map(({ id }) => id))
  return [
    ...listMarkedProcesses(world.root).map(({ pid, command }) => `left: ${pid} ${command}`),
    ...folders
      .filter(({ id }) => !live.has(id))
      .map(({ place, id }) => `the folder of agent ${id} is left at ${place}, and is nobody's`),
    ...[...live].map((id) => `agent ${id} is live in the store, and nothing runs`),
  ]
}

/** Every client has seen each event of its session once, in order. */
export function proveFollowers({ sessions }: Facts, followers: readonly Follower[]): string[] {
  const lastSeqs = new Map(sessions.map(({ id, last_seq: last }) => [id, last]))
  return followers.flatMap(({ sessionId, seqs, problem }) => {
    const problems = problem === null ? [] : [`the client of ${sessionId}: ${problem}`]
    const wrong = seqs.findIndex((seq, index) => seq !== index + 1)
    if (wrong !== -1)
      problems.push(`the client of ${sessionId} saw ${seqs[wrong]} as no. ${wrong + 1}`)
    const last = lastSeqs.get(sessionId)
    if (seqs.length !== last) {
      problems.push(`the client of ${sessionId} saw ${seqs.length} of ${last} events`)
    }
    return problems
  })
}
