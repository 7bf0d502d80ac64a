import type { AttemptRow } from '../../../src/store/tables.ts'
import type { Facts } from './facts.ts'

type Totals = { cost_micros: number; input_tokens: number; output_tokens: number }

/** Totals of runs and sessions are those of their attempts, and every attempt has ended. */
export function proveSums({ sessions, runs, attempts, check }: Facts): string[] {
  const problems = check.findings.map(
    ({ problem, count, examples }) => `${problem}: ${count} (${examples.join(' ')})`,
  )
  for (const { id, ended_at: endedAt } of attempts) {
    if (endedAt === null) problems.push(`attempt ${id} has not ended`)
  }
  for (const run of runs) {
    const own = attempts.filter(({ run_id: runId }) => runId === run.id)
    problems.push(...compare(`run ${run.id}`, run, own))
    const numbers = own.map(({ number }) => number).toSorted((a, b) => a - b)
    if (numbers.some((number, index) => number !== index + 1)) {
      problems.push(`run ${run.id}: attempts ${numbers.join(', ')}`)
    }
  }
  for (const session of sessions) {
    const isOwn = ({ session_id: id }: { session_id: string }): boolean => id === session.id
    problems.push(...compare(`session ${session.id}`, session, attempts.filter(isOwn)))
    const ended = runs.filter(isOwn).length
    if (session.run_count !== ended) {
      problems.push(`session ${session.id} counts ${session.run_count} runs of ${ended}`)
    }
  }
  return problems
}

function compare(what: string, total: Totals, attempts: readonly AttemptRow[]): string[] {
  const sum = { cost_micros: 0, input_tokens: 0, output_tokens: 0 }
  for (const { cost_micros: cost, usage } of attempts) {
    const parsed: { inputTokens?: number; outputTokens?: number } = JSON.parse(usage ?? '{}')
    sum.cost_micros += cost ?? 0
    sum.input_tokens += parsed.inputTokens ?? 0
    sum.output_tokens += parsed.outputTokens ?? 0
  }
  const wrong = (['cost_micros', 'input_tokens', 'output_tokens'] as const).filter(
    (name) => total[name] !== sum[name],
  )
  return wrong.map((name) => `${what}: ${name} is ${total[name]}, its attempts make ${sum[name]}`)
}
