import { parsePrompt, type Turn } from '../../agent/index.ts'
import type { TurnResult } from '../../events/turn-result.ts'
import { toError } from '../../util/to-error.ts'
import { readControl } from '../../store/queue/read-control.ts'
import type { Profile } from '../contract/profile.ts'
import { placeAttachments } from '../attachments/place-attachments.ts'
import { toPrompt } from '../attachments/to-prompt.ts'
import { type AttemptNotes, decideRun, endedWithout, finishRun } from './finish-run.ts'
import type { HeldAgent } from './hold-agent.ts'
import { recordTurn } from './record-turn.ts'
import { openRequestDesk, type RequestDesk } from './request-desk.ts'
import { saveTurnFiles } from './save-turn-files.ts'
import type { AgentPlan } from './start-session-agent.ts'
import type { Serve, Worker } from './worker-parts.ts'

/** Sees a run through its turn, keeps what came of it, and gives the session back. */
export async function serveTurn(
  worker: Worker,
  serve: Serve,
  { held, plan, notes }: { held: HeldAgent; plan: AgentPlan; notes: AttemptNotes },
): Promise<void> {
  const { agent, attempt, mark } = held
  const { profile } = plan
  const kept = { agent, sessionId: serve.session.id, profile: profile.name, hash: plan.hash }
  const warm = { ...kept, cwd: plan.cwd, fence: serve.lease.fence }
  if (held.turn === null && serve.cancel.signal.aborted) {
    worker.pool.keep({ ...warm, warmMs: warmMsOf(profile) })
    const end = endedWithout('cancelled', 'cancelled before its prompt was sent')
    return await finishRun(worker, serve, { end, notes, decision: decideRun(serve, end, notes, 1) })
  }
  const desk = await openRequestDesk(worker, serve, {
    agent,
    attemptId: attempt.id,
    isWaiting: held.isWaiting,
  })
  const turn = held.turn ?? (await givePrompt(worker, serve, held))
  const endings = endOnSignals(worker, serve)
  serve.lookAtControl = () => lookAtControl(worker, serve, desk)
  await serve.lookAtControl()
  const result = await recordTurn(worker, serve, { turn, agentId: agent.id, mark, desk })
  await endings.settled()
  serve.letGo.signal.throwIfAborted()
  await desk.settle()

  const end: TurnResult = serve.handOver.signal.aborted ? { ...result, outcome: 'lost' } : result
  Object.assign(notes, await saveTurnFiles(worker, serve, { agent, plan, end }), {
    claudeVersion: agent.claudeVersion,
  })
  const decision = decideRun(serve, end, notes, profile.maxAttempts ?? 3)
  const isReusable = decision.kind === 'end' && agent.state === 'idle'
  // Before the session is given back: whoever claims it next looks here for its agent.
  worker.pool.keep({ ...warm, warmMs: isReusable ? warmMsOf(profile) : 0 })
  await finishRun(worker, serve, { end, notes, decision })
}

const defaultWarmMs = 600_000

function warmMsOf(profile: Profile): number {
  return profile.warmMs ?? defaultWarmMs
}

async function givePrompt(worker: Worker, serve: Serve, { agent }: HeldAgent): Promise<Turn> {
  const { run } = serve
  const prompt = parsePrompt(JSON.parse(run.prompt))
  const placed = await placeAttachments(worker.context.store, {
    runId: run.id,
    cwd: agent.cwd,
    signal: serve.letGo.signal,
  })
  return agent.turn(await toPrompt(prompt, placed), {
    promptId: run.prompt_id,
    slashCommands: run.slash_commands,
  })
}

/** What ends the turn from outside: a cancel, a handing over, the loss of the lease, the worker's leave. */
function endOnSignals(worker: Worker, serve: Serve): { settled(): Promise<void> } {
  let work = Promise.resolve()
  const { agent, cancel, handOver, letGo } = serve
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
    else signal.addEventListener('abort', begin, { once: true })
  }
  if (agent !== null) {
    then(cancel.signal, () => agent.interrupt())
    then(handOver.signal, () => agent.stop())
    then(letGo.signal, () => (letGo.signal.reason === 'leave' ? agent.detach() : agent.stop()))
  }
  return { settled: () => work }
}

async function lookAtControl(worker: Worker, serve: Serve, desk: RequestDesk): Promise<void> {
  const { isEnded } = await readControl(worker.context.store, serve.run.id)
  if (isEnded) serve.cancel.abort()
  await desk.deliver()
}
