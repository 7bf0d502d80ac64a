import { notify, type AgentCore } from './agent-core.ts'
import { stopAgentCore } from './end-agent.ts'
import { settlesWithin } from '../process/end-processes.ts'
import type { StopCause } from '../turn/stop-outcome.ts'
import type { TurnRun } from '../turn/turn-run.ts'

/** How long an interrupt may take before the agent is stopped instead. It takes 8 to 30 ms. */
const interruptMs = 5000
const interruptAgainMs = 300

/** Ends a turn: by an interrupt where the agent can go on after it, else with the agent. */
export function abortTurn(core: AgentCore, run: TurnRun, cause: StopCause): void {
  if (core.parts.isReadOnly) return
  run.cause ??= cause
  if (run.isEnding || run.phase !== 'running') return
  run.isEnding = true
  switch (cause) {
    case 'cancelled':
    case 'timeout':
    case 'stalled':
    case 'no_first_event':
    case 'auth':
    case 'denied':
      notify(core, 'interrupting', `interrupting the turn: ${cause}`)
      void interruptUntilOver(core, run)
      break
    case 'start_timeout':
    case 'output_limit':
    case 'not_writable':
    case 'disk_full':
    case 'detached':
    case 'not_sent':
    case 'parked':
      void stopAgentCore(core)
      break
    default:
      cause satisfies never
  }
}

/** Ends the current turn, if there is one. */
export function abortCurrentTurn(core: AgentCore, cause: StopCause): void {
  if (core.turns.current !== null) abortTurn(core, core.turns.current, cause)
}

/** One that arrives before the CLI has taken up the prompt interrupts nothing: so, again. */
async function interruptUntilOver(core: AgentCore, run: TurnRun): Promise<void> {
  const until = performance.now() + interruptMs
  while (run.phase === 'running' && performance.now() < until) {
    await core.wire.control
      .request(interruption(run), { timeoutMs: interruptAgainMs })
      .catch(() => undefined)
    await settlesWithin(run.settled.promise, interruptAgainMs)
  }
  if (run.phase === 'running') await stopAgentCore(core)
}

/** What was sent into the turn would begin another one; older CLIs begin it all the same. */
function interruption({ evidence }: TurnRun): { subtype: string } & Record<string, unknown> {
  return { subtype: 'interrupt', ...(evidence.steered.size > 0 ? { cancel_queued: true } : {}) }
}
