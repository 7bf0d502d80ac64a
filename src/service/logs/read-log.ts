import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { getAgentRow } from '../../store/agents.ts'
import { readChunks } from '../../store/chunks/chunks.ts'
import type { Store } from '../../store/store.ts'
import { openIfThere, readRange } from '../stored-files/read-range.ts'
import { storedLogBytes, toStoredLog } from './stored-log.ts'

export type LogRange = {
  agentId: string
  /** Default 0. */
  from?: number
  /** Exclusive. Default: the end as it is now. */
  to?: number
  signal?: AbortSignal
}

/**
 * Raw bytes of an agent's output: from its file where that is here, else from the store. The range is
 * cut to what there is; `total` is all there is.
 */
export async function readLog(
  store: Store,
  range: LogRange,
): Promise<{ bytes: AsyncIterable<Uint8Array>; from: number; to: number; total: number }> {
  const agent = await getAgentRow(store, range.agentId)
  // On another machine there is nothing under that path: ids are nobody else's.
  const path = agent === null ? null : join(agent.dir, 'out.jsonl')
  const local = path === null ? 0 : ((await stat(path).catch(() => null))?.size ?? 0)
  const stored = await storedLogBytes(store, range.agentId)
  const total = Math.max(local, stored)
  const to = Math.min(total, range.to ?? total)
  const from = Math.min(Math.max(0, range.from ?? 0), to)
  const bytes = readLocal(store, { path, agentId: range.agentId, from, to, signal: range.signal })
  return { bytes, from, to, total }
}

type Limits = { agentId: string; from: number; to: number; signal: AbortSignal | undefined }

/** The folder goes as soon as the store has everything, which may be just now: then it is read on there. */
async function* readLocal(
  store: Store,
  { path, ...limits }: Limits & { path: string | null },
): AsyncGenerator<Uint8Array> {
  let at = limits.from
  if (path !== null) {
    await using file = await openIfThere(path)
    if (file !== null) {
      for await (const bytes of readRange(file, limits)) {
        yield bytes
        at += bytes.length
      }
    }
  }
  if (at < limits.to) yield* readStored(store, { ...limits, from: at })
}

async function* readStored(store: Store, limits: Limits): AsyncGenerator<Uint8Array> {
  const { from, to, signal } = limits
  for await (const bytes of readChunks(store, { ...toStoredLog(limits.agentId), from, to })) {
    signal?.throwIfAborted()
    yield bytes
  }
}
