import type { Reader } from '../../store/reader.ts'
import { aheadOf } from '../../store/runs/ahead-of.ts'
import { attemptsOf } from '../../store/runs/attempts-of.ts'
import { getSessions } from '../../store/sessions/get-session.ts'
import type { RunRow } from '../../store/tables.ts'
import type { Run } from '../contract/run.ts'
import { findRun } from './find-run.ts'
import { heldRuns, type HoldContext } from './held-runs.ts'
import { notFound } from './not-found.ts'
import { readDependencies } from './read-dependencies.ts'
import { toRun } from './to-run.ts'

/** Runs as they are given out, in the order of their rows. */
export async function readRuns(
  context: HoldContext,
  rows: readonly RunRow[],
  { reader }: { reader: Reader },
): Promise<Run[]> {
  const ids = rows.map(({ id }) => id)
  const sessions = await getSessions(reader, [...new Set(rows.map((row) => row.session_id))])
  const attempts = await attemptsOf(reader, ids)
  const queued = rows.filter(({ state }) => state === 'queued')
  const ahead = await aheadOf(
    reader,
    queued.map(({ id }) => id),
  )
  const dependencies = await readDependencies(reader, rows)
  const holds = await heldRuns(context, queued, { reader, sessions })
  return rows.map((row) =>
    toRun(row, {
      sessionKey: sessions.get(row.session_id)?.key ?? null,
      ahead: row.state === 'queued' ? (ahead.get(row.id) ?? 0) : null,
      attempts: attempts.filter((one) => one.run_id === row.id),
      held: holds.get(row.id) ?? dependencies.get(row.id)?.held ?? null,
      dependsOn: dependencies.get(row.id)?.dependsOn ?? [],
    }),
  )
}

/** One of them. @throws not_found */
export async function readRun(
  context: HoldContext,
  id: string,
  { reader }: { reader: Reader },
): Promise<Run> {
  const [run] = await readRuns(context, [await findRun(reader, id)], { reader })
  if (run === undefined) throw notFound('run', id)
  return run
}
