import type { Session, WorkspaceSource } from '../../client/index.ts'
import { clock } from '../clock.ts'
import { formatDuration } from '../duration.ts'
import { countOf, formatCost, formatCount } from '../figures.ts'
import { describeActivity } from './describe.ts'
import { joinPairs, printDetails, printHeading } from './details.ts'
import { printTable } from './print.ts'
import { runHeadings, toRunRow } from './run-row.ts'
import type { Service } from './with-hostler.ts'

const shownRuns = 10

/** A session and its newest runs. */
export async function describeSession(session: Session, service: Service): Promise<void> {
  const { hostler, io, signal } = service
  const { totals } = session
  printDetails(io, {
    session: session.id,
    key: session.key,
    title: session.title,
    state: describeActivity(session),
    why: session.currentRun?.waiting?.reason ?? session.held?.reason ?? null,
    cure:
      session.held?.by === 'quarantine'
        ? `hostler fork ${session.id} --after-run <run>, or hostler configure ${session.id} --release`
        : null,
    profile: session.profile,
    options: joinPairs(session.options),
    labels: joinPairs(session.labels),
    workspace: describeWorkspace(session.workspace),
    folder: session.cwd,
    'when busy': session.onBusy,
    'all allowed until': session.bypassUntil === null ? null : clock(session.bypassUntil),
    'granted rules': session.grantedRules.join(', '),
    worker: session.workerId,
    'claude session': session.claudeSessionId,
    'forked from': session.parentId,
    'after run': session.forkedAfter,
    events: `${session.firstSeq} to ${session.lastSeq}`,
    created: clock(session.createdAt),
    updated: clock(session.updatedAt),
    totals: [
      countOf(totals.runs, 'run'),
      formatCost(totals.costUsd),
      `${formatCount(totals.inputTokens)} tokens in, ${formatCount(totals.outputTokens)} out`,
      formatDuration(totals.durationMs),
    ].join(' · '),
  })
  const { items } = await hostler.runs.list({ sessionId: session.id }, { limit: shownRuns, signal })
  if (items.length === 0) return
  printHeading(io, 'newest runs')
  printTable(
    io,
    runHeadings,
    items.map((run) => toRunRow(run, io)),
  )
}

function describeWorkspace(source: WorkspaceSource): string {
  if ('path' in source) return source.path
  const { git, ref, branch } = source
  return [git, ref && `from ${ref}`, branch && `branch ${branch}`].filter(Boolean).join(', ')
}
