import type { Agent, Turn } from '../../agent/index.ts'
import type { TurnResult } from '../../events/turn-result.ts'
import type { Io } from '../io.ts'
import { promptSource } from '../run/prompt-source.ts'
import { eventsFrom, type Following } from './follow-agent.ts'

/**
 * Takes a turn that was left behind to its end, and then, as the flags say, sends the next one, asks
 * for prompts, or ends. The result of the newest turn; `null` when there was none.
 */
export async function superviseAgent(
  agent: Agent,
  supervising: Following & { io: Io; canPrompt: boolean },
): Promise<TurnResult | null> {
  const { flags, reporter, controls, screen } = supervising
  if (flags.interrupt === true) controls.interrupt()
  const sent = flags.send === undefined ? null : send(agent, flags.send)
  reporter.begin('taken over')
  if (supervising.canPrompt) return await converse(agent, supervising)

  const reporting = (async () => {
    for await (const event of eventsFrom(agent, supervising)) reporter.event(event)
  })()
  const turn = sent ?? agent.lastTurn
  const result = (await turn?.result) ?? null
  if (flags.keep === true) await agent.detach()
  else await agent.stop()
  // With the agent's end, or ours, its events end too: nothing is left out.
  await reporting
  screen.setStatus(null)
  if (result !== null) reporter.end(result, howToGoOn(agent, flags.keep === true))
  return result
}

/** At a terminal: shows what there is, then asks for prompts until the user has enough. */
async function converse(
  agent: Agent,
  supervising: Following & { io: Io },
): Promise<TurnResult | null> {
  const { flags, reporter, controls, screen, io } = supervising
  let turn = agent.lastTurn
  let result: TurnResult | null = null
  if (turn !== null) {
    if (flags.from === 'start') await showBefore(agent, turn, supervising)
    result = await showTurn(turn, supervising, flags.from === 'end')
  } else screen.setStatus(null)
  using prompts = promptSource(io, screen)
  while (agent.state !== 'ended' && !controls.signal.aborted) {
    // One prompt after the other.
    const prompt = await prompts.next(controls.signal)
    if (prompt === null) break
    controls.beginTurn()
    reporter.begin('waiting for the model')
    turn = send(agent, prompt)
    result = await showTurn(turn, supervising, false)
  }
  if (prompts.end === 'exit') await agent.stop()
  else if (agent.state !== 'ended') {
    await agent.detach()
    const id = agent.id
    screen.note(`· the agent runs on: hostler attach ${id}, or hostler stop ${id}`)
  }
  return result
}

/** What happened before the newest turn. */
async function showBefore(agent: Agent, turn: Turn, { reporter }: Following): Promise<void> {
  for await (const first of turn) {
    for await (const event of agent.events({ from: 'start' })) {
      if (event.offset >= first.offset) return
      reporter.event(event)
    }
    return
  }
}

async function showTurn(
  turn: Turn,
  { reporter }: Following,
  isOnlyItsEnd: boolean,
): Promise<TurnResult> {
  if (!isOnlyItsEnd) for await (const event of turn) reporter.event(event)
  const result = await turn.result
  reporter.end(result, null)
  return result
}

function send(agent: Agent, prompt: string): Turn {
  return agent.turn(prompt, { slashCommands: 'run' })
}

function howToGoOn(agent: Agent, isKept: boolean): string | null {
  if (isKept) return `hostler attach ${agent.id} --send "…"`
  return agent.sessionId === null ? null : `hostler run --resume ${agent.sessionId} "…"`
}
