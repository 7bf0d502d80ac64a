import type { FakePrompt } from '../../../src/testing/fake/lines.ts'

/** What a prompt makes the fake do; the second word of its text, the third being milliseconds. */
export const deeds = [
  'reply',
  'stream',
  'tool',
  'ask',
  'rule',
  'question',
  'elicit',
  'file',
  'call',
  'split',
  'fail',
  'limit',
  'overload',
  'die',
] as const
export type Deed = (typeof deeds)[number]

/** What is to be played, and for which prompt of the mix. */
export type Play = { name: string; deed: string; ms: number }

const ownWords = /^([ps]\d[\d.]*) (\w+) (\d+)/
const anyName = /\b[ps]\d+/

/**
 * A prompt's own words; or, where it goes on after a human's answer, the prompt of which that tells. What
 * was allowed meanwhile is asked for again, as the agent is told to do.
 */
export function toPlay({ text }: Pick<FakePrompt, 'text'>): Play {
  const [, name, deed, ms] = ownWords.exec(text) ?? []
  if (name !== undefined && deed !== undefined) return { name, deed, ms: Number(ms) }
  const [about = ''] = anyName.exec(text) ?? []
  const isAllowed = text.includes('was allowed and has not run yet')
  return { name: about, deed: isAllowed ? 'ask' : 'reply', ms: 50 }
}
