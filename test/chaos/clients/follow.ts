import { setTimeout as sleep } from 'node:timers/promises'
import type { Hostler } from '../../../src/client/index.ts'
import type { Random } from '../random.ts'
import { isPassing } from './reach.ts'

/** One client that watches one session from its beginning. */
export type Follower = {
  sessionId: string
  seqs: number[]
  problem: string | null
}

/** Follows over every death of the server, and goes away itself now and then. */
export async function followSession(
  hostler: Hostler,
  follower: Follower,
  { random, signal }: { random: Random; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const staysMs = random.int(500, 8000)
    const leaving = AbortSignal.any([signal, AbortSignal.timeout(staysMs)])
    const after = follower.seqs.at(-1) ?? 0
    try {
      const { sessionId } = follower
      for await (const event of hostler.sessions.events(sessionId, { after, signal: leaving })) {
        if (event.seq !== null) follower.seqs.push(event.seq)
      }
    } catch (error) {
      if (signal.aborted) return
      if (!isPassing(error) && !leaving.aborted) follower.problem = String(error)
    }
    await sleep(random.int(0, 200), undefined, { signal }).catch(() => undefined)
  }
}
