import { hostlerError } from '../../errors.ts'
import { isOpen } from '../../store/queue/find-open-run.ts'
import type { Reader } from '../../store/reader.ts'
import { getSession } from '../../store/sessions/get-session.ts'
import type { Tx } from '../../store/store.ts'
import type { RunRow, SessionRow } from '../../store/tables.ts'
import type { ServiceContext } from '../context.ts'
import { findRun, findRunToChange } from '../front/find-run.ts'
import { notFound } from '../front/not-found.ts'

/** Whose agent calls, and what its calls work with. */
export type Calling = {
  context: ServiceContext
  runId: string
}

/** A run that is open, with its session. */
export type CallingRun = { run: RunRow; session: SessionRow }

/** What the audit has of an agent. */
export function actorOf({ runId }: Pick<Calling, 'runId'>): string {
  return `agent:${runId}`
}

/** The run of the agent that calls. @throws run_ended: the agent may outlive it for a moment */
export async function readCallingRun(
  reader: Reader,
  { runId }: Pick<Calling, 'runId'>,
): Promise<CallingRun> {
  const run = await findRun(reader, runId)
  const session = await getSession(reader, run.session_id)
  if (session === null) throw notFound('run', runId)
  return { run: assertOpen(run), session }
}

/** The same, locked until the transaction ends. @throws run_ended */
export async function lockCallingRun(
  tx: Tx,
  { runId }: Pick<Calling, 'runId'>,
): Promise<CallingRun> {
  const { run, session } = await findRunToChange(tx, runId)
  return { run: assertOpen(run), session }
}

function assertOpen(run: RunRow): RunRow {
  if (isOpen(run)) return run
  const state = run.state === 'cancelled' ? 'was cancelled' : run.state
  throw hostlerError('run_ended', { id: run.id, state, cure: 'an ended run can do nothing more' })
}
