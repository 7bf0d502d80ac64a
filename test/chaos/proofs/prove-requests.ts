import type { RequestRow } from '../../../src/store/tables.ts'
import { type Answered, nameOf } from '../clients/answer.ts'
import type { Facts } from './facts.ts'
import { count } from './prove-plays.ts'

/** Each request was told once, is over, was answered by one, and is asked anew only where nobody took the answer. */
export function proveRequests(facts: Facts, answered: Answered): string[] {
  return [...answered.problems, ...proveOver(facts, answered), ...proveOnce(facts)]
}

function proveOver({ requests, events }: Facts, { times }: Answered): string[] {
  const problems: string[] = []
  const opened = count(events.flatMap((event) => idOf('request_opened', event)))
  const closed = count(events.flatMap((event) => idOf('request_closed', event)))
  for (const { id, kind, state, answer, answered_by: by } of requests) {
    const told = [opened.get(id) ?? 0, closed.get(id) ?? 0]
    if (told.some((one) => one !== 1)) {
      problems.push(`${kind} request ${id} has ${told.join(' and ')} events of its opening and end`)
    }
    if (state === 'open') problems.push(`${kind} request ${id} is open`)
    const wasTaken = (times.get(id) ?? 0) > 0
    if (wasTaken && state !== 'answered') problems.push(`the answer to ${id} is gone: ${state}`)
    if (state === 'answered' && (answer === null || by === null)) {
      problems.push(`${kind} request ${id} was answered with ${answer} by ${by}`)
    }
  }
  const known = new Set(requests.map(({ id }) => id))
  for (const id of opened.keys()) if (!known.has(id)) problems.push(`request ${id} is gone`)
  for (const [id, amount] of times) {
    if (amount > 1) problems.push(`request ${id} took ${amount} answers`)
  }
  return problems
}

/** A run asks the same again only when its agent has died with the answer, or nobody gave one. */
function proveOnce({ requests }: Facts): string[] {
  const last = new Map<string, RequestRow>()
  const problems: string[] = []
  for (const row of requests) {
    const mark = `${row.run_id} ${row.kind} ${row.origin} ${nameOf({ request: JSON.parse(row.data) })}`
    const former = last.get(mark)
    last.set(mark, row)
    if (former === undefined) continue
    // A result that was sent back is looked at again.
    const mayBeAgain = former.kind === 'review' || former.delivered === 1
    const isUnanswered = former.state === 'expired' || former.state === 'withdrawn'
    if (!mayBeAgain && !isUnanswered) {
      problems.push(`asked twice: ${mark}, first in ${former.id} (${former.state})`)
    }
    if ((former.closed_at ?? Infinity) > row.opened_at) {
      problems.push(`asked while it was open: ${mark}, first in ${former.id}`)
    }
  }
  return problems
}

function idOf(
  wanted: 'request_opened' | 'request_closed',
  { type, data }: Facts['events'][number],
): string[] {
  if (type !== wanted) return []
  const parsed: { request?: { id: string }; requestId?: string } = JSON.parse(data)
  return [parsed.request?.id ?? parsed.requestId ?? '']
}
