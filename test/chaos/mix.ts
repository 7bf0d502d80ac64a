import type { OnBusy, Submission } from '../../src/client/index.ts'
import { type Deed, deeds } from './fake/play-prompt.ts'
import { type Random, randomOf } from './random.ts'

/** One prompt of the mix, and what its submitter does about it. */
export type Planned = {
  /** The prompt's first word. */
  name: string
  deed: Deed
  submission: Submission & { key: string; prompt: string; idempotencyKey: string }
  /** Sent a second time under the same idempotency key, or with another body under it. */
  again: 'same' | 'other' | null
  /** So long after it was accepted. */
  cancelAfterMs: number | null
  /** What a human says if it asks; null: nobody answers, until it expires. */
  answer: 'allow' | 'deny' | null
  /** Another run with the same prompt, when it has failed. */
  isRetried: boolean
}

/** What becomes of how many of a hundred prompts. */
const shares: Record<Deed, number> = { reply: 36, stream: 16, tool: 16, ask: 14, fail: 8, die: 10 }
const onBusy: readonly OnBusy[] = [...Array<OnBusy>(7).fill('queue'), 'interrupt', 'steer', 'steer']

/** A busy mix that follows from the seed alone. */
export function planMix(seed: number, size: { prompts: number; sessions: number }): Planned[] {
  const random = randomOf(seed, 'mix')
  const bag = deeds.flatMap((deed) => Array<Deed>(shares[deed]).fill(deed))
  return Array.from({ length: size.prompts }, (_, index) => {
    const name = `p${index + 1}`
    const deed = random.pick(bag)
    return {
      name,
      deed,
      submission: {
        key: `chaos/${random.int(1, size.sessions)}`,
        prompt: `${name} ${deed} ${random.int(0, 600)}`,
        idempotencyKey: `chaos-${seed}-${name}`,
        priority: random.int(-5, 5),
        ...(random.chance(0.15) ? { delayMs: random.int(1, 1500) } : {}),
        onBusy: random.pick(onBusy),
        labels: { deed },
      },
      again: random.chance(0.15) ? 'same' : random.chance(0.06) ? 'other' : null,
      cancelAfterMs: random.chance(0.1) ? random.int(0, 1500) : null,
      answer: answerOf(random),
      isRetried: random.chance(0.5),
    }
  })
}

function answerOf(random: Random): Planned['answer'] {
  return random.chance(0.2) ? null : random.pick(['allow', 'deny'])
}

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
