import { listMarkedProcesses } from '../../support/processes.ts'
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
