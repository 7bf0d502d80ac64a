import { defaultRetryPauses } from './retry-pauses.ts'
import type { Action } from './outcome-table.ts'

/** An action in words: `retry, 2s doubling to 5m`. */
export function describeAction(action: Action): string {
  switch (action.do) {
    case 'done':
    case 'fail':
    case 'ask':
      return action.do
    case 'park':
      return 'park until it may go on'
    case 'retry': {
      const { maxAttempts } = action
      const first = action.firstBackoffMs ?? defaultRetryPauses.firstBackoffMs
      const most = Math.max(first, action.maxBackoffMs ?? defaultRetryPauses.maxBackoffMs)
      const pause =
        most === 0 ? 'at once' : `after ${inWords(first)}, doubled up to ${inWords(most)}`
      const tries = maxAttempts === null ? '' : `, ${maxAttempts} tries`
      return `retry ${pause}${tries}${action.isFree ? ', without the loss of a try' : ''}`
    }
    default:
      return action satisfies never
  }
}

function inWords(ms: number): string {
  if (ms % 60_000 === 0 && ms > 0) return `${ms / 60_000} min`
  return `${ms / 1000} s`
}
