import { randomOf } from './random.ts'

/** One death of a hostler process. */
export type Kill = {
  /** After the former one, or its being ready again. */
  afterMs: number
  /** Before the process is ready, or at work. */
  when: 'starting' | 'working'
  /** Which of the processes, counted from 0, modulo their number. */
  which: number
  /** Agents that are killed with it, counted the same way; null: none. */
  agent: number | null
  /** How long it stays dead. */
  deadMs: number
}

/** As many deaths as wanted, at moments that follow from the seed. */
export function planKills(seed: number, kills: number): Kill[] {
  const random = randomOf(seed, 'kills')
  return Array.from({ length: kills }, () => {
    const when = random.chance(0.2) ? 'starting' : 'working'
    return {
      when,
      afterMs: when === 'starting' ? random.int(50, 900) : random.int(0, 1600),
      which: random.int(0, 999),
      agent: random.chance(0.3) ? random.int(0, 999) : null,
      // Mostly at once, now and then long enough for turns to end meanwhile.
      deadMs: random.chance(0.2) ? random.int(200, 1500) : 0,
    }
  })
}
