import { HostlerError } from '../../errors.ts'
import type { Hostler } from '../../service/contract/hostler.ts'
import type { Run, Submission } from '../../service/contract/run.ts'
import type { StreamItem } from '../stream/formats.ts'
import { hasEnded } from './run-wait.ts'

/**
 * After which event of the session those of a new run come. 0 for a session that is not there yet,
 * and for a submission that may have been made before.
 */
export async function readLastSeq(
  hostler: Hostler,
  { sessionId, key, idempotencyKey }: Submission,
): Promise<number> {
  const id = sessionId ?? (key === undefined ? undefined : `key:${key}`)
  if (id === undefined || idempotencyKey !== undefined) return 0
  try {
    return (await hostler.sessions.get(id)).lastSeq
  } catch (error) {
    if (error instanceof HostlerError && error.code === 'not_found') return 0
    throw error
  }
}

/** The run, then what becomes of it, to its end. */
export async function* followRun(
  hostler: Hostler,
  { run, after, signal }: { run: Run; after: number; signal: AbortSignal },
): AsyncGenerator<StreamItem> {
  yield { type: 'run', run }
  // Of one that has ended before, the end may have been removed with other old events.
  const until = hasEnded(run) ? ({ until: 'now' } as const) : {}
  for await (const event of hostler.sessions.events(run.sessionId, { after, signal, ...until })) {
    if (event.runId !== run.id) continue
    yield event
    if (event.type === 'run_ended') return
  }
}
