import { type Agent, agentDir, type Turn } from '../../agent/index.ts'
import type { TurnResult } from '../../events/turn-result.ts'
import { toError } from '../../util/to-error.ts'
import { readControl } from '../../store/queue/read-control.ts'
import { decideCutShort } from '../money/cut-short.ts'
import type { Profile } from '../contract/profile.ts'
import type { Decision } from './decide.ts'
import { decideRun } from './decide-run.ts'
import { toFinalDecision } from './final-decision.ts'
import { type AttemptNotes, endedWithout, finishRun } from './finish-run.ts'
import type { HeldAgent } from './hold-agent.ts'
import { promptOf } from './prompt-of.ts'
import { removeQuestionFile } from './question-file.ts'
import { recordTurn } from './record-turn.ts'
import { openRequestDesk } from './request-desk.ts'
import { retireAgent } from './retire-agent.ts'
import { saveTurnFiles } from './save-turn-files.ts'
import { createSteering } from './steer.ts'
import type { AgentPlan } from './start-session-agent.ts'
import type { Parking, Serve, Worker } from './worker-parts.ts'

/** Sees a run through its turn, keeps what came of it, and gives the session back. */
export async function serveTurn(
  worker: Worker,
  serve: Serve,
  { held, plan, notes }: { held: HeldAgent; plan: AgentPlan; notes: AttemptNotes },
): Promise<void> {
  const { agent, attempt, mark } = held
  const { profile } = plan
  const { context } = worker
  const kept = { agent, sessionId: serve.session.id, profile: profile.name, hash: plan.hash }
  const warm = { ...kept, cwd: plan.cwd, fence: serve.lease.fence }
  if (held.turn === null && serve.cancel.signal.aborted) {
    await worker.pool.keep({ ...warm, warmMs: warmMsOf(profile) })
    const end = endedWithout('cancelled', 'cancelled before its prompt was sent')
    return await finishRun(worker, serve, {
      end,
      notes,
      decision: decideRun(serve, profile, { end, notes, context }),
    })
  }
  const desk = await openRequestDesk(worker, serve, {
    agent,
    profile,
    attemptId: attempt.id,
    isWaiting: held.isWaiting,
    isFirst: held.turn === null && attempt.number === 1,
  })
  serve.trace.turnBegun()
  const turn = held.turn ?? (await givePrompt(worker, serve, held))
  const endings = endOnSignals(worker, serve)
  const steering = createSteering(worker, serve, { agent })
  let looking = Promise.resolve()
  async function look(): Promise<void> {
    const control = await readControl(worker.context.store, serve.run.id)
    if (control.isEnded) serve.cancel.abort()
    await desk.deliver(control)
    if (control.hasSteering) await steering.look()
  }
  serve.lookAtControl = () => {
    looking = looking.then(look, look)
    return looking
  }
  const looked = serve.lookAtControl().catch((error: unknown) => {
    // The next heartbeat looks again.
    worker.context.log.warn({ runId: serve.run.id, err: toError(error) }, 'could not look at a run')
  })
  const result = await recordTurn(worker, serve, { turn, agentId: agent.id, mark, desk })
  serve.trace.turnEnded(result)
  await looked
  await endings.settled()
  serve.letGo.signal.throwIfAborted()
  // From here on it is the pool's, or ended: one that is detached the pool could not end any more.
  endings.disarm()
  await desk.settle()

  const end = toEnd(serve, result)
  Object.assign(notes, await saveTurnFiles(worker, serve, { agent, plan, end }), {
    claudeVersion: agent.claudeVersion,
  })
  const decision = await toFinalDecision(
    worker,
    serve,
    decideCutShort(worker.context, serve, { profile, end }) ??
      toDecision(serve, profile, { end, notes, context }),
  )
  const isReusable =
    decision.kind !== 'retry' &&
    agent.state === 'idle' &&
    warmMsOf(profile) > 0 &&
    isOwn(worker, agent)
  // Before the session is given back: whoever claims it next looks here for its agent, and must find
  // no other process in its conversation.
  if (isReusable) await worker.pool.keep({ ...warm, warmMs: warmMsOf(profile) })
  else await endAgentOf(worker, agent)
  await finishRun(worker, serve, { end, notes, decision })
  await removeQuestionFile(agent.questionFile)
  // Its folder tells what came of the turn, and goes only when that is on record: a death in between
  // would lose the turn.
  if (!isReusable) await retireAgent(worker.context, agent)
}

/** A turn that this worker has ended, so that another one goes on or it waits, was not cancelled. */
function toEnd({ handOver, cancel }: Serve, result: TurnResult): TurnResult {
  const { outcome } = result
  const wasEnded = outcome === 'cancelled' || outcome === 'killed'
  if (handOver.signal.aborted && wasEnded) return { ...result, outcome: 'lost' }
  // What is cancelled while it is being parked does not wait any more.
  if (outcome === 'parked' && cancel.signal.aborted) return { ...result, outcome: 'cancelled' }
  return outcome === 'parked' ? { ...result, error: null } : result
}

function toDecision(
  serve: Serve,
  profile: Profile,
  given: Parameters<typeof decideRun>[2],
): Decision {
  const parking: Parking | undefined = serve.parking.signal.reason
  if (given.end.outcome === 'parked' && parking !== undefined) return { kind: 'park', ...parking }
  return decideRun(serve, profile, given)
}

/** One that another worker of this machine has started would be nobody's after this one's death. */
function isOwn({ context }: Worker, { id, dir }: Agent): boolean {
  return dir === agentDir(context.configuration().dataDir, id)
}

async function endAgentOf({ context }: Worker, agent: Agent): Promise<void> {
  try {
    await agent.stop()
  } catch (error) {
    context.log.warn({ agentId: agent.id, err: toError(error) }, 'an agent could not be ended')
  }
}

const defaultWarmMs = 600_000

function warmMsOf(profile: Profile): number {
  return profile.warmMs ?? defaultWarmMs
}

async function givePrompt(worker: Worker, serve: Serve, { agent }: HeldAgent): Promise<Turn> {
  const { run } = serve
  const { prompt_id: promptId } = run
  const slashCommands = run.continuation === null ? run.slash_commands : 'literal'
  return agent.turn(await promptOf(worker, serve, { run, agent }), { promptId, slashCommands })
}

/** What ends the turn from outside: a cancel, a handing over, the loss of the lease, the worker's leave. */
function endOnSignals(worker: Worker, serve: Serve): { settled(): Promise<void>; disarm(): void } {
  const disarmed = new AbortController()
  let work = Promise.resolve()
  const { agent, cancel, handOver, letGo, parking } = serve
  function then(signal: AbortSignal, step: () => Promise<unknown>): void {
    const begin = (): void => {
      work = work.then(step).then(
        () => undefined,
        (error: unknown) => {
          const about = { sessionId: serve.session.id, err: toError(error) }
          worker.context.log.warn(about, 'an agent could not be ended in good order')
        },
      )
    }
    if (signal.aborted) begin()
    else signal.addEventListener('abort', begin, { once: true, signal: disarmed.signal })
  }
  if (agent !== null) {
    then(cancel.signal, () => agent.interrupt())
    then(handOver.signal, () => agent.stop())
    then(parking.signal, () => agent.stop({ turn: 'park' }))
    then(letGo.signal, () => (letGo.signal.reason === 'leave' ? agent.detach() : agent.stop()))
  }
  return { settled: () => work, disarm: () => disarmed.abort() }
}
