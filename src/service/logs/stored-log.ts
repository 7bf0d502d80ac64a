import { chunkNames } from '../../store/chunks/chunks.ts'
import type { Store } from '../../store/store.ts'

/** Where an agent's log is in the store. */
export function toStoredLog(agentId: string): { kind: 'log'; ownerId: string; name: string } {
  return { kind: 'log', ownerId: agentId, name: '' }
}

/** How many bytes of an agent's log the store has. */
export async function storedLogBytes(store: Store, agentId: string): Promise<number> {
  const [found] = await chunkNames(store, { kind: 'log', ownerId: agentId })
  return found?.bytes ?? 0
}
