import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionOptions, TurnFigures } from '../contenders/session.ts'
import { say } from '../report/progress.ts'
import { rotate } from '../room/rotate.ts'

/** Does what may be done ahead; the function that it returns is timed, and leaves nothing running. */
export type ColdStart = (session: SessionOptions) => Promise<() => Promise<TurnFigures>>

/** A CLI that has just answered `initialize`, or just ended, still has the machine busy for a moment. */
const settleMs = 300

/** One CLI per contender and round. */
export async function measureColdStarts(
  session: SessionOptions,
  options: { what: string; rounds: number; starts: Record<string, ColdStart> },
): Promise<Map<string, TurnFigures[]>> {
  const { what, rounds } = options
  const starts = Object.entries(options.starts)
  const figures = new Map<string, TurnFigures[]>(starts.map(([name]) => [name, []]))
  // Round -1 fills the caches of the system and is not counted.
  for (let round = -1; round < rounds; round++) {
    say(`latency: ${what} turn ${round} of ${rounds}`)
    for (const [name, start] of rotate(starts, round + 1)) {
      const run = await start(session)
      await sleep(settleMs)
      const turn = await run()
      if (round >= 0) figures.get(name)?.push(turn)
    }
  }
  return figures
}
