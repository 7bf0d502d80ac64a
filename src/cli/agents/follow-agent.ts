import type { Agent } from '../../agent/index.ts'
import type { AgentEvent } from '../../events/agent-event.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Controls } from '../run/controls.ts'
import type { Reporter } from '../run/reporter.ts'
import type { Screen } from '../terminal/screen.ts'
import type { AttachFlags } from './attach-command.ts'

export type Following = {
  flags: AttachFlags
  screen: Screen
  controls: Controls
  reporter: Reporter
}

/** Looks on until the agent ends, or the user leaves. */
export async function followAgent(agent: Agent, following: Following): Promise<number> {
  const { controls, reporter, screen } = following
  reporter.begin('following')
  for await (const event of eventsFrom(agent, following)) reporter.event(event)
  screen.setStatus(null)
  const last = controls.signal.aborted ? null : ((await agent.lastTurn?.result) ?? null)
  if (last !== null) reporter.end(last, null)
  return controls.exitCode ?? exitCodes.ok
}

/** The agent's events from where the user wants them, each once, to the end of the agent. */
export async function* eventsFrom(
  agent: Agent,
  { flags, controls }: Pick<Following, 'flags' | 'controls'>,
): AsyncGenerator<AgentEvent, void> {
  const { signal } = controls
  switch (flags.from) {
    case 'start':
      yield* agent.events({ from: 'start', signal })
      break
    case 'end':
      yield* agent.events({ from: 'now', signal })
      break
    case 'turn':
      yield* agent.events({ from: await startOfTurn(agent), signal })
      break
    default:
      flags.from satisfies never
  }
}

async function startOfTurn(agent: Agent): Promise<number | 'now'> {
  if (agent.lastTurn === null) return 'now'
  for await (const event of agent.lastTurn) return event.offset
  return 'now'
}
