import type { OnBusy, OnDependencyFailure, Submission } from '../../src/client/index.ts'
import { type Deed, deeds } from './fake/to-play.ts'
import { profileOf, type ProfileName } from './profiles.ts'
import { type Random, randomOf } from './random.ts'

/** One prompt of the mix, and what its submitter does about it. */
export type Planned = {
  /** The prompt's first word. */
  name: string
  deed: Deed
  submission: Submission & { key: string; prompt: string; idempotencyKey: string }
  /** Prompts that must have ended before, and one of whose run this one's is a child; by their names. */
  after: string[]
  parent: string | null
  /** Sent a second time under the same idempotency key, or with another body under it. */
  again: 'same' | 'other' | null
  /** So long after it was accepted. */
  cancelAfterMs: number | null
  /** What a human says if it asks; null: nobody answers, until it expires. */
  answer: 'allow' | 'deny' | null
  /** How long a human takes for that. */
  answerAfterMs: number
  /** What a human says to its result. */
  verdict: 'accept' | 'reject'
  /** Another run with the same prompt, when it has failed. */
  isRetried: boolean
}

type Shares = Partial<Record<Deed, number>>

/** What becomes of how many of a hundred prompts, about, and what else in some profiles. */
const shares: Shares = {
  reply: 26,
  stream: 14,
  tool: 13,
  ask: 12,
  rule: 5,
  question: 6,
  elicit: 4,
  file: 5,
  fail: 7,
  die: 8,
}
const sharesOf: Partial<Record<ProfileName, Shares>> = {
  parking: { call: 12, split: 10 },
  // Each limit is waited out for up to half a minute.
  limited: { limit: 10, overload: 12 },
}
const onBusy: readonly OnBusy[] = [...Array<OnBusy>(7).fill('queue'), 'interrupt', 'steer', 'steer']
const asking: ReadonlySet<Deed> = new Set(['ask', 'question', 'elicit', 'file', 'call'])
const policies: readonly OnDependencyFailure[] = ['fail', 'skip', 'run']

/** A busy mix that follows from the seed alone. */
export function planMix(seed: number, size: { prompts: number; sessions: number }): Planned[] {
  const random = randomOf(seed, 'mix')
  const planned: Planned[] = []
  for (let index = 0; index < size.prompts; index++) {
    const name = `p${index + 1}`
    const session = random.int(1, size.sessions)
    const profile = profileOf(session)
    const deed = random.pick(bagOf(profile))
    // What is asked in another run's turn is that run's, which then goes on with it.
    const mayJoin = !asking.has(deed) || (deed === 'ask' && profile === 'default')
    const isDependent = random.chance(0.12)
    planned.push({
      name,
      deed,
      submission: {
        key: `chaos/${session}`,
        profile,
        prompt: `${name} ${deed} ${random.int(0, 600)}`,
        idempotencyKey: `chaos-${seed}-${name}`,
        priority: random.int(-5, 5),
        ...(random.chance(0.15) ? { delayMs: random.int(1, 1500) } : {}),
        onBusy: mayJoin ? random.pick(onBusy) : 'queue',
        labels: { deed },
        ...(random.chance(0.08) ? { review: true } : {}),
        ...(isDependent ? { onDependencyFailure: random.pick(policies) } : {}),
      },
      after: isDependent ? recent(planned, random, random.int(1, 2)) : [],
      parent: !isDependent && random.chance(0.08) ? (recent(planned, random, 1)[0] ?? null) : null,
      again: random.chance(0.15) ? 'same' : random.chance(0.06) ? 'other' : null,
      cancelAfterMs: random.chance(0.1) ? random.int(0, 1500) : null,
      answer: random.chance(0.2) ? null : random.pick(['allow', 'deny']),
      answerAfterMs: random.int(0, 1200),
      verdict: random.pick(['accept', 'reject']),
      isRetried: random.chance(0.5),
    })
  }
  return planned
}

function bagOf(profile: ProfileName): Deed[] {
  const all = { ...shares, ...sharesOf[profile] }
  return deeds.flatMap((deed) => Array<Deed>(all[deed] ?? 0).fill(deed))
}

/** Names of some that were planned just before. */
function recent(planned: readonly Planned[], random: Random, count: number): string[] {
  const last = planned.slice(-8)
  const names = Array.from({ length: count }, () =>
    last.length === 0 ? [] : [random.pick(last).name],
  )
  return [...new Set(names.flat())]
}
