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
  return [
    `in ${Math.round(report.durationMs / 1000)} s`,
    `killed: hostler ${list(Object.entries(phases))}; agents with it: ${report.agentsKilled}`,
    `submitted: ${accepted.runs.size} accepted, ${accepted.sameAgain} of them twice, ${accepted.conflicts} conflicts refused, ${accepted.cancels} cancels, ${accepted.retries.length} retries`,
    `requests answered: ${report.answered}; prompts given again to an agent that knew them: ${report.known}`,
    `runs: ${list(outcomes)}; with more than one attempt: ${tried}`,
    `attempts: ${list(attempts)}`,
    `followers: ${followers.length} saw ${seen} events, sent ${sent} over ${streams.length} connections`,
    `database: ${list(Object.entries(facts.check.counts).filter(([, rows]) => rows > 0))}`,
    ...(problems.length === 0
      ? ['proved: one end each, order kept, nothing twice, nothing missed, nothing left, sound']
      : [`${problems.length} PROBLEMS`, ...problems.slice(0, mostProblems)]),
  ].join('\n')
}

function list(counts: Iterable<readonly [string, number]>): string {
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, times]) => `${name} ${times}`)
    .join(', ')
}
