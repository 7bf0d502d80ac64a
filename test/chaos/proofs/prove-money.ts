import type { SpendingRow } from '../../../src/store/tables.ts'
import { poorDayUsd } from '../profiles.ts'
import type { Facts } from './facts.ts'

/** What attempts cost is what is on record as spent, and what limits have counted; nothing is set aside. */
export function proveMoney(facts: Facts): string[] {
  const { attempts, spending, budgets, reservations } = facts
  const problems: string[] = []
  const byAttempt = new Map<string, number>()
  for (const { attempt_id: id, cost_micros: micros } of spending) {
    byAttempt.set(id, (byAttempt.get(id) ?? 0) + micros)
  }
  for (const { id, cost_micros: micros } of attempts) {
    const spent = byAttempt.get(id) ?? 0
    if (spent !== (micros ?? 0)) problems.push(`attempt ${id} cost ${micros}, spent is ${spent}`)
    byAttempt.delete(id)
  }
  for (const id of byAttempt.keys()) problems.push(`spent by attempt ${id}, which is not there`)
  for (const { scope, subject, starts_at: from, ends_at: to, ...row } of budgets) {
    const counts = spending.filter(
      (one) => isAbout(one, subject) && one.at >= from && (to === null || one.at < to),
    )
    const spent = sum(counts)
    if (row.spent_micros !== spent) problems.push(`${scope} counts ${row.spent_micros} of ${spent}`)
    if (row.reserved_micros !== 0) problems.push(`${scope} has ${row.reserved_micros} set aside`)
  }
  if (reservations > 0) problems.push(`${reservations} reservations are left`)
  return [...problems, ...proveRefusals(facts), ...proveChildren(facts)]
}

/** A limit refuses only what has no room: all of it was spent by then. */
function proveRefusals({ runs, sessions, spending }: Facts): string[] {
  const profiles = new Map(sessions.map(({ id, profile }) => [id, profile]))
  return runs
    .filter(({ outcome }) => outcome === 'budget_exceeded')
    .flatMap(({ id, session_id: sessionId, ended_at: endedAt }) => {
      if (profiles.get(sessionId) !== 'poor') return [`run ${id} was refused, and had room`]
      const before = spending.filter(
        ({ profile, at }) => profile === 'poor' && at <= (endedAt ?? Infinity),
      )
      const spent = sum(before)
      return spent >= poorDayUsd * 1e6 ? [] : [`run ${id} was refused with ${spent} spent`]
    })
}

function proveChildren({ runs }: Facts): string[] {
  return runs.flatMap(({ id, children_cost_micros: told }) => {
    const made = runs
      .filter(({ parent_run_id: parentId }) => parentId === id)
      .reduce((all, child) => all + child.cost_micros + child.children_cost_micros, 0)
    return told === made ? [] : [`run ${id} counts ${told} of its children's ${made}`]
  })
}

function isAbout(one: SpendingRow, subject: string): boolean {
  const [kind = '', ...rest] = subject.split(':')
  const value = rest.join(':')
  if (kind === 'all') return true
  if (kind === 'profile') return one.profile === value
  if (kind === 'session') return one.session_id === value
  const labels: Record<string, string> = JSON.parse(one.labels)
  return Object.entries(labels).some(([name, said]) => `${name}=${said}` === value)
}

function sum(rows: readonly SpendingRow[]): number {
  return rows.reduce((all, { cost_micros: micros }) => all + micros, 0)
}
