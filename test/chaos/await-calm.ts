import { setTimeout as sleep } from 'node:timers/promises'
import type { Hostler } from '../../src/client/index.ts'
import type { Follower } from './clients/follow.ts'
import { untilReached } from './clients/reach.ts'

/** Waits until no run is open. */
export async function untilIdle(
  hostler: Hostler,
  signal: AbortSignal,
  onProgress: (line: string) => void,
): Promise<void> {
  for (let look = 0; ; look++) {
    const { runs } = await untilReached(signal, () => hostler.status({ signal }))
    const { queued, running, waiting } = runs
    const open = queued + running + waiting.human + waiting.children + waiting.time
    if (open === 0) return
    if (look % 20 === 0) onProgress(`${open} runs are open: ${JSON.stringify(runs)}`)
    await sleep(250, undefined, { signal })
  }
}

/** Waits until every follower has seen what there is. */
export async function untilCaughtUp(
  hostler: Hostler,
  followers: readonly Follower[],
  signal: AbortSignal,
): Promise<void> {
  for (const { sessionId, seqs } of followers) {
    const { lastSeq } = await untilReached(signal, () =>
      hostler.sessions.get(sessionId, { signal }),
    )
    while ((seqs.at(-1) ?? 0) < lastSeq) await sleep(50, undefined, { signal })
  }
}

/** Notes the problem when the work takes longer. */
export async function within(
  ms: number,
  work: Promise<void>,
  problem: string,
  problems: string[],
): Promise<void> {
  const timer = new AbortController()
  const late = sleep(ms, 'late' as const, { signal: timer.signal }).catch(() => 'stopped' as const)
  const first = await Promise.race([work, late])
  timer.abort()
  work.catch(() => undefined)
  if (first === 'late') problems.push(`${problem} within ${ms} ms`)
}
