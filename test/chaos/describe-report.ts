import { count } from './proofs/prove-plays.ts'
import type { ChaosReport } from './run-chaos.ts'

const mostProblems = 40

/** What a chaos did, and what is proved or not. */
export function describeReport(report: ChaosReport): string {
  const { problems, phases, accepted, facts, followers, streams } = report
  const outcomes = count(facts.runs.map(({ state, outcome }) => `${state}/${outcome}`))
  const attempts = count(facts.attempts.map(({ outcome }) => outcome ?? 'open'))
  const tried = facts.runs.filter((run) => run.attempt_count > 1).length
  const seen = followers.reduce((sum, { seqs }) => sum + seqs.length, 0)
  const sent = streams.reduce((sum, { seqs }) => sum + seqs.length, 0)
  const withOutcome = (outcome: string): Set<string> =>
    new Set(facts.attempts.filter((one) => one.outcome === outcome).map((one) => one.run_id))
  const parked = withOutcome('parked')
  const limited = withOutcome('rate_limited').size
  const dependents = new Set(facts.dependencies.map((one) => one.run_id))
  const children = facts.runs.filter((run) => run.parent_run_id !== null).length
  const refused = facts.runs.filter((run) => run.outcome === 'budget_exceeded').length
  const spent = facts.spending.reduce((sum, one) => sum + one.cost_micros, 0) / 1e6
  return [
    `in ${Math.round(report.durationMs / 1000)} s`,
    `killed: hostler ${list(Object.entries(phases))}; agents with it: ${report.agentsKilled}`,
    `submitted: ${accepted.runs.size} accepted, ${accepted.sameAgain} of them twice, ${accepted.conflicts} conflicts refused, ${accepted.cancels} cancels, ${accepted.retries.length} retries, ${accepted.orphans} children without their parents`,
    `requests: ${list(count(facts.requests.map(({ kind, origin, state }) => `${origin} ${kind} ${state}`)))}`,
    `runs that were parked: ${parked.size}; depending on others: ${dependents.size}; children: ${children}; held by a limit: ${limited}; refused by one: ${refused}`,
    `schedules: ${list(count(facts.firings.map(({ what }) => what)))}; spent: $${spent}, in ${facts.budgets.length} limits`,
    `answers taken: ${report.answered.times.size}; prompts given again to an agent that knew them: ${report.known}`,
    `runs: ${list(outcomes)}; with more than one attempt: ${tried}`,
    `attempts: ${list(attempts)}`,
    `followers: ${followers.length} saw ${seen} events, sent ${sent} over ${streams.length} connections`,
    `database: ${list(Object.entries(facts.check.counts).filter(([, rows]) => rows > 0))}`,
    ...(problems.length === 0
      ? [
          'proved: one end each, order kept, nothing twice, nothing missed, nothing left, sound,',
          '  asked and answered once, money exact, dependents and children as they must, each time of schedules seen to',
        ]
      : [`${problems.length} PROBLEMS`, ...problems.slice(0, mostProblems)]),
  ].join('\n')
}

function list(counts: Iterable<readonly [string, number]>): string {
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, times]) => `${name} ${times}`)
    .join(', ')
}
