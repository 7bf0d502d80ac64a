import type { ModelRequest } from '../../../src/testing/index.ts'
import { type Facts, nameOf } from './facts.ts'
import { count } from './prove-plays.ts'

/** With the real CLI: the model was not asked more often for a prompt than there are attempts on record. */
export function proveModel(
  { runs, attempts }: Facts,
  { requests, steered }: { requests: readonly ModelRequest[]; steered: ReadonlySet<string> },
): string[] {
  const nameById = new Map(runs.map((run) => [run.id, nameOf(run)]))
  const onRecord = count(attempts.map(({ run_id: runId }) => nameById.get(runId) ?? ''))
  const asked = requests.filter(
    ({ hasToolResult, path, lastUserText }) =>
      !hasToolResult && path === '/v1/messages' && /^p\d+ /.test(lastUserText),
  )
  const problems: string[] = []
  for (const [name, times] of count(asked.map(({ lastUserText }) => lastUserText.split(' ')[0]))) {
    const most = onRecord.get(name ?? '') ?? 0
    if (times > most && !steered.has(name ?? '')) {
      problems.push(`${name} reached the model ${times} times, with ${most} attempts on record`)
    }
  }
  return problems
}
