import { uuidV7 } from '../../util/uuid-v7.ts'
import { type Agent, agentDir, type Turn } from '../../agent/index.ts'
import { beginAttempt, toContinuation } from '../../store/queue/begin-attempt.ts'
import type { Claim } from '../../store/queue/claim.ts'
import type { AttemptRow } from '../../store/tables.ts'
import { accountOf } from '../accounts/account-of.ts'
import { chooseAgent } from './choose-agent.ts'
import { continueRun } from './continue-run.ts'
import { endLeftAgent } from './end-left-agent.ts'
import type { AttemptNotes } from './finish-run.ts'
import type { EventMark } from './record-turn.ts'
import { giveRunEnvironment, renewRunEnvironment } from './give-run-environment.ts'
import { retireAgent } from './retire-agent.ts'
import { type AgentPlan, startSessionAgent } from './start-session-agent.ts'
import { takeUpAgent, turnOf } from './take-up-agent.ts'
import type { Serve, Worker } from './worker-parts.ts'

/** An agent that has, or is about to get, the run's prompt in an attempt that is on record. */
export type HeldAgent = {
  agent: Agent
  attempt: AttemptRow
  /** Under way, or over, since a former process gave it the prompt; null: not given yet. */
  turn: Turn | null
  mark: EventMark
  isWaiting: boolean
}

type Given = { claim: Claim; plan: AgentPlan; notes: AttemptNotes; signal: AbortSignal }

/** Goes on with the attempt that a former holder has left, or begins the next. Null: it left nothing. */
export async function holdAgent(
  worker: Worker,
  serve: Serve,
  given: Given,
): Promise<HeldAgent | null> {
  const { openAttempt } = given.claim
  return openAttempt === null
    ? await beginAnother(worker, serve, given)
    : await takeUpAttempt(worker, serve, { ...given, openAttempt })
}

async function takeUpAttempt(
  worker: Worker,
  serve: Serve,
  { claim, plan, openAttempt }: Given & { openAttempt: AttemptRow },
): Promise<HeldAgent | null> {
  const { agent: row, run } = claim
  if (row === null || row.id !== openAttempt.agent_id) return null
  // It may have been kept warm here, when only this process's lease had run out.
  const agent = worker.pool.takeById(row.id) ?? (await takeUpAgent(worker, row, plan.options))
  if (agent === null) return null
  serve.agent = agent
  serve.trace.attemptBegun({ number: openAttempt.number, agentId: agent.id, agent: 'attached' })
  const turn = turnOf(agent, run.prompt_id)
  // Its process ended before it got the prompt.
  if (turn === null && agent.state === 'ended') {
    await retireAgent(worker.context, agent)
    return null
  }
  await renewRunEnvironment(worker, serve, { agent, profile: plan.profile })
  const mark = { offset: row.events_offset, atOffset: row.events_at_offset }
  return { agent, attempt: openAttempt, turn, mark, isWaiting: run.state === 'waiting' }
}

async function beginAnother(worker: Worker, serve: Serve, given: Given): Promise<HeldAgent> {
  const { plan, notes, signal } = given
  const { session, run, lease } = serve
  const { store } = worker.context
  await endLeftAgent(worker, given.claim.agent)
  const continued = await continueRun(worker.context, run, {
    former: notes.former,
    profile: plan.profile,
  })
  const choice = await chooseAgent(worker, serve, {
    plan,
    former: notes.former,
    isUnwanted: (given.claim.agent?.stop_requested_at ?? null) !== null,
  })
  // A conversation that begins anew begins with the run's prompt; what was answered counts when it asks.
  const isNew = choice.kind === 'new' || choice.kind === 'spare'
  const continuation = isNew && run.continuation !== null ? startOver : continued
  const attemptId = uuidV7()
  const { agentId } = choice
  const isThere = 'agent' in choice
  if (isThere) serve.agent = choice.agent
  const attempt = await beginAttempt(store, lease, {
    runId: run.id,
    workerId: worker.id,
    attempt: {
      id: attemptId,
      agentId,
      accountId: accountOf(plan.profile, worker.context.env).id,
      claudeSessionId: choice.claudeSessionId,
      logFrom: isThere ? choice.agent.logBytes : 0,
    },
    agent: {
      id: agentId,
      dir: isThere ? choice.agent.dir : agentDir(worker.context.configuration().dataDir, agentId),
      profile: session.profile,
      optionsHash: plan.hash,
    },
    session: { claudeSessionId: choice.claudeSessionId, cwd: plan.cwd, homeWorker: worker.id },
    continuation,
    reservation: plan.allowance?.reservation ?? null,
    events: (number) => [
      {
        type: 'run_started',
        attempt: number,
        attemptId,
        agentId,
        workerId: worker.id,
        agent: choice.kind,
      },
    ],
  })
  notes.attempt = attempt
  if (continuation !== null) {
    serve.run = { ...run, continuation: toContinuation(continuation.prompt) }
  }
  serve.trace.attemptBegun({ number: attempt.number, agentId, agent: choice.kind })
  if (attempt.number === 1) {
    // A clock of another machine may have set it.
    const waitedMs = Math.max(0, Date.now() - run.ready_at)
    worker.context.observer.runStarted({ waitedMs })
  }
  const agent = isThere
    ? choice.agent
    : await startSessionAgent(worker, plan, {
        id: agentId,
        conversation: choice.conversation,
        signal,
      })
  serve.agent = agent
  await giveRunEnvironment(worker, serve, { agent, profile: plan.profile })
  return { agent, attempt, turn: null, mark: { offset: 0, atOffset: 0 }, isWaiting: false }
}

const startOver = { prompt: null, told: [] } as const
