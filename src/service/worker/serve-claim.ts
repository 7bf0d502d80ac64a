import { HostlerError, hostlerError } from '../../errors.ts'
import { toError } from '../../util/to-error.ts'
import type { Claim } from '../../store/queue/claim.ts'
import { readControl } from '../../store/queue/read-control.ts'
import { releaseSession } from '../../store/queue/release-session.ts'
import { attemptsOf } from '../../store/runs/attempts-of.ts'
import { allowanceOf } from '../money/allowance-of.ts'
import { decideBudgetReached } from '../money/budget-reached.ts'
import { prepareWorkspace } from '../workspaces/prepare-workspace.ts'
import { findProfile } from '../configuration/find-profile.ts'
import { decideRun } from './decide-run.ts'
import { toFinalDecision } from './final-decision.ts'
import { endedWithout, finishRun, type AttemptNotes } from './finish-run.ts'
import { holdAgent } from './hold-agent.ts'
import { overridesOf } from './overrides-of.ts'
import { planAgent } from './start-session-agent.ts'
import { retireAgent } from './retire-agent.ts'
import { serveTurn } from './serve-turn.ts'
import { traceRun } from './trace-run.ts'
import type { Serve, Worker } from './worker-parts.ts'

/** Serves one claimed session: its run's next attempt, from the lease to its end. Never throws. */
export async function serveClaim(worker: Worker, claim: Claim): Promise<void> {
  const { session, run } = claim
  const serve: Serve = {
    session,
    run,
    trace: traceRun({ session, run }),
    lease: { sessionId: claim.session.id, fence: claim.fence },
    letGo: new AbortController(),
    cancel: new AbortController(),
    handOver: new AbortController(),
    parking: new AbortController(),
    agent: null,
    isWanted: false,
    // Before its turn: a workspace that is cloned for minutes, or an agent that never gets ready.
    lookAtControl: async () => {
      const { isEnded } = await readControl(worker.context.store, run.id)
      if (isEnded) serve.cancel.abort()
    },
  }
  worker.serves.set(session.id, serve)
  try {
    await serveRun(worker, serve, claim)
  } catch (error) {
    await giveUp(worker, serve, error)
  } finally {
    serve.trace.end()
    // After its end the session may have been claimed again already.
    if (worker.serves.get(session.id) === serve) worker.serves.delete(session.id)
    worker.wake()
    // It may have been cancelled because its session was archived, or archived as it ended.
    if (serve.cancel.signal.aborted || serve.isWanted) await worker.attend(session.id)
  }
}

async function serveRun(worker: Worker, serve: Serve, claim: Claim): Promise<void> {
  const { context } = worker
  const { session, run } = serve
  const signal = AbortSignal.any([serve.letGo.signal, serve.cancel.signal])
  const notes: AttemptNotes = {
    attempt: claim.openAttempt,
    former: await formerAttempts(worker, claim),
    claudeVersion: null,
    logTo: null,
    transcriptBytes: null,
    cwd: null,
  }
  if (run.cancel_requested_at !== null) serve.cancel.abort()
  const profile = findProfile(context, session.profile)
  try {
    const allowance = claim.openAttempt === null ? await allowanceOf(context, serve, profile) : null
    const { cwd } = await prepareWorkspace(context, session, profile, { signal })
    notes.cwd = cwd
    const plan = planAgent(profile, {
      cwd,
      overrides: overridesOf(session, run),
      isTask: run.depth > 0,
      allowance,
    })
    const held = await holdAgent(worker, serve, { claim, plan, notes, signal })
    if (held !== null) return await serveTurn(worker, serve, { held, plan, notes })
    const end = endedWithout('lost', 'the agent of this attempt is gone')
    const decided = decideRun(serve, profile, { end, notes, context })
    const decision = await toFinalDecision(worker, serve, decided)
    await finishRun(worker, serve, { end, notes, decision })
  } catch (error) {
    if (serve.letGo.signal.aborted || isCode(error, 'lease_lost')) throw error
    if (isCode(error, 'run_ended')) throw error
    serve.trace.failed(error)
    // Nobody serves it any more.
    if (serve.agent !== null) await retireAgent(context, serve.agent)
    const refusal = isBudgetReached(error) && !serve.cancel.signal.aborted ? error : null
    const outcome = refusal === null ? outcomeOf(serve, error) : 'budget_exceeded'
    const end = endedWithout(outcome, error)
    if (end.outcome === 'spawn_failed') {
      context.log.warn({ runId: run.id, err: toError(error) }, 'a run could not be started')
    }
    const decided =
      refusal === null
        ? decideRun(serve, profile, { end, notes, context })
        : decideBudgetReached(refusal, context)
    const decision = await toFinalDecision(worker, serve, decided)
    await finishRun(worker, serve, { end, notes, decision })
  }
}

async function formerAttempts(worker: Worker, claim: Claim): Promise<AttemptNotes['former']> {
  if (claim.run.attempt_count === 0) return []
  const all = await attemptsOf(worker.context.store, [claim.run.id])
  return all.filter(({ id }) => id !== claim.openAttempt?.id)
}

function outcomeOf(
  serve: Serve,
  error: unknown,
): 'cancelled' | 'session_not_found' | 'lost' | 'spawn_failed' | 'permission_denied' {
  if (serve.cancel.signal.aborted) return 'cancelled'
  const code = error instanceof HostlerError ? error.code : null
  // A server that restarts, or a full disk, is no fault of the run's: it begins again with the database.
  if (code === 'database_unavailable') return 'lost'
  // It died, or was being ended, between its last turn and this one: the next agent goes on.
  if (code === 'agent_ended') return 'lost'
  if (code === 'request_expired') return 'permission_denied'
  return code === 'conversation_lost' ? 'session_not_found' : 'spawn_failed'
}

/** What could not be settled either: the lease is lost, the worker leaves, or the database is away. */
async function giveUp(worker: Worker, serve: Serve, error: unknown): Promise<void> {
  const { log } = worker.context
  const { agent, session, run } = serve
  const why: unknown = serve.letGo.signal.reason
  if (why === 'leave') return
  if (isCode(error, 'run_ended')) return await giveBack(worker, serve)
  const problem =
    why === 'lease_lost' ? hostlerError('lease_lost', { id: session.id }) : toError(error)
  log.warn({ sessionId: session.id, runId: run.id, err: problem }, 'let go of a run')
  // Another worker goes on with the conversation: this agent must not.
  if (agent !== null) await retireAgent(worker.context, agent)
}

/**
 * Its run was cancelled between the claim and its beginning, and is over. The session's next run would
 * wait until this lease has run out.
 */
async function giveBack({ context }: Worker, { agent, lease, session }: Serve): Promise<void> {
  if (agent !== null) await retireAgent(context, agent)
  try {
    await releaseSession(context.store, lease)
  } catch (error) {
    const about = { sessionId: session.id, err: toError(error) }
    context.log.warn(about, 'a session could not be given back')
  }
}

function isBudgetReached(error: unknown): error is HostlerError {
  return error instanceof HostlerError && error.code === 'budget_reached'
}

function isCode(error: unknown, code: HostlerError['code']): boolean {
  return error instanceof HostlerError && error.code === code
}
