import type { BudgetState, Run, Status, WorkerInfo } from '../../client/index.ts'
import { clock } from '../clock.ts'
import { countOf, formatBytes, formatCost } from '../figures.ts'
import type { Io } from '../io.ts'
import type { Paint } from '../terminal/paint.ts'
import { safeLine } from '../terminal/safe-text.ts'
import { fitText, textWidth } from '../terminal/text-width.ts'
import { ageOf } from './describe.ts'
import { describeHeldAccounts } from './describe-account.ts'
import { toFittedTable } from './print.ts'
import { runHeadings, toRunRow } from './run-row.ts'

const workerHeadings = ['WORKER', 'STATE', 'TURNS', 'FREE', 'UP', 'PROFILES']

/** How things stand, line by line, none wider than the terminal. */
export function statusLines(
  { status, runs }: { status: Status; runs: Run[] },
  { io, paint, columns }: { io: Io; paint: Paint; columns: number },
): string[] {
  const { queued, running, waiting } = status.runs
  const facts = [
    `${running} running`,
    `${queued} queued`,
    describeAsleep(waiting),
    describeAgents(status.agents),
    `${formatCost(status.costTodayUsd)} today`,
  ]
  const { problem } = status
  const requests =
    status.openRequests === 0
      ? ''
      : `${countOf(status.openRequests, 'open request')}: hostler requests`
  return [
    fitText(`hostler ${status.version} · ${status.database} · ${describeIntake(status)}`, columns),
    ...toLines(facts, columns),
    ...(requests === '' ? [] : [paint.yellow(fitText(requests, columns))]),
    ...status.limits.map((limit) => paint.yellow(fitText(safeLine(describeLimit(limit)), columns))),
    ...(problem === null
      ? []
      : [paint.red(fitText(safeLine(`${problem.message}; ${problem.cure}`), columns))]),
    ...describeHeldAccounts(status.accounts, status.now).map((line) =>
      paint.yellow(fitText(safeLine(line), columns)),
    ),
    ...(outcomesOf(status) === '' ? [] : [fitText(outcomesOf(status), columns)]),
    ...table(
      workerHeadings,
      status.workers.map((one) => toWorkerRow(one, status.now)),
    ),
    ...table(
      runHeadings,
      runs.map((run) => toRunRow(run, io)),
    ),
  ]

  function table(headings: string[], rows: string[][]): string[] {
    if (rows.length === 0) return []
    const [heading = '', ...lines] = toFittedTable(headings, rows, columns)
    return ['', paint.dim(heading), ...lines]
  }
}

/** Facts beside one another, on as many lines as they need. */
function toLines(facts: string[], columns: number): string[] {
  const lines: string[] = []
  for (const fact of facts) {
    const longer = lines.length === 0 ? fact : `${lines.at(-1)} · ${fact}`
    if (lines.length > 0 && textWidth(longer) <= columns) lines.splice(-1, 1, longer)
    else lines.push(fitText(fact, columns))
  }
  return lines
}

/** `3 waiting (2 for a human, 1 for a time)`. */
function describeAsleep({ human, children, time }: Status['runs']['waiting']): string {
  const parts = [
    ...(human === 0 ? [] : [`${human} for a human`]),
    ...(children === 0 ? [] : [`${children} for children`]),
    ...(time === 0 ? [] : [`${time} for a time`]),
  ]
  const asleep = `${human + children + time} waiting`
  return parts.length === 0 ? asleep : `${asleep} (${parts.join(', ')})`
}

function describeAgents({ busy, warm, spare }: Status['agents']): string {
  const ready = [`${warm} warm`, ...(spare === 0 ? [] : [`${spare} spare`])]
  return [`${countOf(busy, 'agent')} busy`, ...ready].join(', ')
}

function describeLimit({ name, spentUsd, reservedUsd, limitUsd, resetsAt }: BudgetState): string {
  const aside = reservedUsd === 0 ? '' : `, ${formatCost(reservedUsd)} set aside`
  const anew = resetsAt === null ? '' : `; anew at ${clock(resetsAt)}`
  return `limit ${name}: ${formatCost(spentUsd)} of ${formatCost(limitUsd)} spent${aside}${anew}`
}

function describeIntake({ accepting, workers }: Status): string {
  if (!accepting) return 'takes no new work'
  return workers.some(({ state }) => state === 'active') ? 'at work' : 'no worker is at work'
}

function outcomesOf({ outcomes }: Status): string {
  const counts = Object.entries(outcomes).toSorted(([, one], [, other]) => other - one)
  if (counts.length === 0) return ''
  return `24 hours: ${counts.map(([outcome, count]) => `${count} ${outcome}`).join(', ')}`
}

function toWorkerRow(worker: WorkerInfo, now: number): string[] {
  const { host, pid, state, running, capacity, freeMemoryBytes, startedAt, profiles } = worker
  return [
    `${host}/${pid}`,
    state,
    `${running} of ${capacity}`,
    freeMemoryBytes === null ? '-' : formatBytes(freeMemoryBytes),
    ageOf(startedAt, now),
    profiles.join(', '),
  ]
}
