import type { OpenSession, Session, SessionOptions, TurnFigures } from '../contenders/session.ts'
import { say } from '../report/progress.ts'
import { rotate } from '../room/rotate.ts'

/** The first turns compile and load what the others find done. */
const discarded = 5

/** Keeps one live session per contender, and lets them take turns one after another. */
export async function measureWarmTurns(
  session: SessionOptions,
  options: { open: Record<string, OpenSession>; rounds: number },
): Promise<Map<string, TurnFigures[]>> {
  const { rounds } = options
  const live = new Map<string, Session>()
  const figures = new Map<string, TurnFigures[]>()
  try {
    for (const [name, open] of Object.entries(options.open)) {
      const one = await open(session)
      live.set(name, one)
      figures.set(name, [])
      await one.ready
    }
    for (let round = -discarded; round < rounds; round++) {
      if (round % 10 === 0) say(`latency: warm turn ${round} of ${rounds}`)
      for (const [name, one] of rotate([...live], round + discarded)) {
        const turn = await one.turn('hi')
        if (round >= 0) figures.get(name)?.push(turn)
      }
    }
  } finally {
    for (const one of live.values()) await one.close()
  }
  return figures
}
