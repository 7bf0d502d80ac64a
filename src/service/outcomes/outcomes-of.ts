import { type Outcome, outcomes } from '../../events/outcome.ts'
import type { Profile } from '../contract/profile.ts'
import { describeAction } from './describe-action.ts'
import { actionFor, outcomeTable } from './outcome-table.ts'

/** A line of the table of outcomes, in words. */
export type OutcomeLine = {
  outcome: Outcome
  follows: string
  why: string
  /** Whether a profile may have it otherwise. */
  isFixed: boolean
}

/** What follows from each outcome for a profile; without one, where none says otherwise. */
export function outcomesOf(profile: Pick<Profile, 'outcomes'> = {}): OutcomeLine[] {
  return outcomes.map((outcome) => {
    const { why, isFixed = false } = outcomeTable[outcome]
    const isWanted = profile.outcomes?.[outcome] !== undefined
    return {
      outcome,
      follows: describeAction(actionFor(outcome, profile)),
      why: isWanted ? 'The profile wants it so.' : why,
      isFixed,
    }
  })
}
