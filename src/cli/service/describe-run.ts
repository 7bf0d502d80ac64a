import type { Attempt, Run, StoredRequest } from '../../client/index.ts'
import { clock } from '../clock.ts'
import { formatDuration } from '../duration.ts'
import { formatBytes, formatCost, formatCount } from '../figures.ts'
import { safeText } from '../terminal/safe-text.ts'
import {
  describeProgress,
  describePrompt,
  describeRequest,
  describeState,
  durationOf,
} from './describe.ts'
import { printChildren } from './describe-children.ts'
import { howToAnswer } from './describe-stored-request.ts'
import { joinPairs, printDetails, printHeading } from './details.ts'
import { printTable } from './print.ts'
import type { Service } from './with-hostler.ts'

const attemptHeadings = ['TRY', 'OUTCOME', 'BEGAN', 'TOOK', 'COST', 'LOG', 'WHY']

/** A run: what it is, why it is so, what would help, and its attempts. */
export async function describeRun(run: Run, service: Service): Promise<void> {
  const { hostler, io, signal } = service
  const { error, waiting, held } = run
  const open =
    run.state === 'waiting' || run.state === 'running'
      ? (await hostler.requests.list({ runId: run.id, state: 'open' }, { signal })).items
      : []
  printDetails(io, {
    run: run.id,
    state: describeState(run),
    progress: describeProgress(run),
    outcome: run.outcome,
    why: error?.message ?? waiting?.reason ?? held?.reason ?? null,
    cure: error?.cure ?? cureOf(run, open.at(0) ?? null),
    session: run.sessionKey === null ? run.sessionId : `${run.sessionId} (${run.sessionKey})`,
    number: `${run.ordinal} of its session`,
    priority: String(run.priority),
    options: joinPairs(run.options),
    labels: joinPairs(run.labels),
    'retry of': run.retryOf,
    'child of': run.parentRunId,
    'depends on': run.dependsOn.join(', '),
    review: run.review ? 'somebody accepts or rejects its result' : null,
    'submitted by': run.submittedBy,
    submitted: clock(run.createdAt),
    began: run.startedAt === null ? null : clock(run.startedAt),
    ended: run.endedAt === null ? null : clock(run.endedAt),
    took: run.startedAt === null ? null : durationOf(run),
    cost: `${formatCost(run.costUsd)} · ${formatCount(run.inputTokens)} tokens in, ${formatCount(run.outputTokens)} out`,
    'its children': run.childrenCostUsd === 0 ? null : `${formatCost(run.childrenCostUsd)} more`,
  })
  for (const one of open) {
    printHeading(io, `open request ${one.id}`)
    io.stdout.write(`${safeText(describeRequest(one))}\n`)
  }
  printHeading(io, 'prompt')
  io.stdout.write(`${safeText(describePrompt(run.prompt))}\n`)
  if (run.text !== null && run.text !== '') {
    printHeading(io, 'answer')
    io.stdout.write(`${safeText(run.text)}\n`)
  }
  if (run.attempts.length > 0) {
    printHeading(io, 'attempts')
    printTable(io, attemptHeadings, run.attempts.map(toAttemptRow))
  }
  await printChildren(run, service)
}

/** What would bring on a run that stands still. */
function cureOf({ id, state }: Run, request: StoredRequest | null): string | null {
  if (request?.kind === 'review') return `hostler accept ${id}, or hostler reject ${id} "comment"`
  if (request !== null) return howToAnswer(request)
  if (state === 'failed' || state === 'cancelled') return `hostler retry ${id}`
  return null
}

function toAttemptRow(attempt: Attempt): string[] {
  const { number, outcome, startedAt, endedAt, costUsd, log, error } = attempt
  return [
    String(number),
    outcome ?? 'under way',
    clock(startedAt),
    formatDuration((endedAt ?? Date.now()) - startedAt),
    costUsd === null ? '-' : formatCost(costUsd),
    log === null || log.to === null ? '-' : formatBytes(log.to - log.from),
    error?.message ?? '-',
  ]
}
