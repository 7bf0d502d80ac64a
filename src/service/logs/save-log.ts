import { join } from 'node:path'
import { appendChunk } from '../../store/chunks/chunks.ts'
import { updateAgent } from '../../store/queue/agents.ts'
import type { Store } from '../../store/store.ts'
import { openIfThere, readRange } from '../stored-files/read-range.ts'
import { storedLogBytes, toStoredLog } from './stored-log.ts'

export type SavedLog = {
  /** How many bytes the store has of it. */
  bytes: number
  /** Whether that is all there is: the local file is no longer needed once its agent has ended. */
  isComplete: boolean
}

/**
 * Copies to the store what an agent's `out.jsonl` has grown by. Safe to repeat, also after a crash
 * between the copy and whatever was to come next. `dir` is the agent's own folder.
 */
export async function saveLog(
  store: Store,
  { agentId, dir, signal }: { agentId: string; dir: string; signal?: AbortSignal },
): Promise<SavedLog> {
  const stored = await storedLogBytes(store, agentId)
  await using file = await openIfThere(join(dir, 'out.jsonl'))
  // The store may have it all, or there was never a word: nothing more can come of it.
  if (file === null) return { bytes: stored, isComplete: true }
  const { size } = await file.stat()
  let offset = stored
  for await (const bytes of readRange(file, { from: offset, to: size, signal })) {
    const to = offset + bytes.length
    const chunk = { ...toStoredLog(agentId), offset, bytes }
    await store.transact(async (tx) => {
      await appendChunk(tx, chunk)
      await updateAgent(tx, agentId, { log_stored: to })
    })
    offset = to
  }
  // A file that has become shorter takes nothing from what is stored.
  return { bytes: offset, isComplete: offset >= size }
}
