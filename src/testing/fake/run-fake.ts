import { randomUUID } from 'node:crypto'
import { answerControl } from './answer-control.ts'
import * as lines from './lines.ts'
import { writeLine, writeAll } from './output.ts'
import { playSteps, type StepContext } from './play-steps.ts'
import { readInput, type FakeInput } from './read-input.ts'
import type { FakeScenario, FakeStep } from './scenario.ts'

/** Everything that changes while a fake claude runs. */
type Fake = {
  scenario: FakeScenario
  state: lines.FakeState
  ignoredSignals: Set<string>
  /** Prompts that wait for the one before them. */
  queue: lines.FakePrompt[]
  seen: Set<string>
  turnsPlayed: number
  turn: { prompt: lines.FakePrompt; interruption: AbortController } | null
  asked: Map<string, (response: unknown) => void>
}

/** Plays the scenario on stdin and stdout until stdin ends, and resolves with the exit code. */
export async function runFake(
  scenario: FakeScenario,
  state: lines.FakeState,
  ignoredSignals: Set<string>,
): Promise<number> {
  const fake: Fake = {
    scenario,
    state,
    ignoredSignals,
    queue: [],
    seen: new Set(),
    turnsPlayed: 0,
    turn: null,
    asked: new Map(),
  }
  const never = new AbortController().signal
  await playSteps(scenario.onStart ?? [], toContext(fake, null, never))
  let working = Promise.resolve()
  for await (const input of readInput(process.stdin)) {
    const isBroken = takeInput(fake, input)
    if (isBroken) return 1
    if (fake.turn === null && fake.queue.length > 0) {
      working = working.then(() => workOff(fake))
      // Begins in this tick, so that an interrupt in the same chunk finds a turn.
      await Promise.resolve()
    }
  }
  await working
  await playSteps(scenario.onEnd ?? [], toContext(fake, null, never))
  return state.lastIsError ? 1 : 0
}

function takeInput(fake: Fake, input: FakeInput): boolean {
  switch (input.kind) {
    case 'prompt': {
      const { id } = input.prompt
      if (id !== null && fake.seen.has(id)) return false
      if (id !== null) fake.seen.add(id)
      fake.queue.push(input.prompt)
      return false
    }
    case 'control': {
      const steps = fake.scenario.control?.[input.subtype]
      if (steps !== undefined)
        void playSteps(steps, toContext(fake, null, new AbortController().signal))
      else
        answerControl(input, fake.state, {
          interrupt: () => interrupt(fake),
          exit: () => process.exit(0),
        })
      return false
    }
    case 'answer':
      fake.asked.get(input.id)?.(input.response)
      return false
    case 'nothing':
      return false
    case 'broken':
      writeAll(
        `Error parsing streaming input line (type=unknown, ${input.line.length} chars): SyntaxError\n`,
        2,
      )
      return true
    default:
      return input satisfies never
  }
}

async function workOff(fake: Fake): Promise<void> {
  for (let prompt = fake.queue.shift(); prompt !== undefined; prompt = fake.queue.shift()) {
    const interruption = new AbortController()
    fake.turn = { prompt, interruption }
    const steps: FakeStep[] = fake.scenario.turns?.[fake.turnsPlayed++] ??
      fake.scenario.everyTurn ?? [{ do: 'reply' }]
    await playSteps(steps, toContext(fake, prompt, interruption.signal))
    fake.turn = null
  }
}

/** Ends the turn under way with an error result, as the real CLI does, and returns what still waits. */
function interrupt(fake: Fake): string[] {
  const { turn, state } = fake
  if (turn !== null && !turn.interruption.signal.aborted) {
    turn.interruption.abort()
    for (const id of fake.asked.keys())
      writeLine({ type: 'control_cancel_request', request_id: id })
    const { prompt } = turn
    const result = toInterruptedFields()
    writeLine(lines.toResultLine(state, prompt, result))
    if (prompt.id) writeLine(lines.toLifecycleLine(state, prompt, 'completed'))
    if (state.emitsStates) writeLine(lines.toStateLine(state, 'idle'))
  }
  return fake.queue.flatMap((prompt) => prompt.id ?? [])
}

function toInterruptedFields(): Record<string, unknown> {
  return {
    subtype: 'error_during_execution',
    is_error: true,
    stop_reason: null,
    terminal_reason: 'aborted_streaming',
    errors: ['[ede_diagnostic] result_type=user last_content_type=n/a stop_reason=null'],
  }
}

function toContext(fake: Fake, prompt: lines.FakePrompt | null, signal: AbortSignal): StepContext {
  return {
    state: fake.state,
    prompt,
    defaultText: fake.scenario.text ?? 'echo: {{prompt}}',
    ignoredSignals: fake.ignoredSignals,
    signal,
    request: (body) => sendRequest(fake, body, signal),
  }
}

async function sendRequest(
  fake: Fake,
  request: Record<string, unknown>,
  signal: AbortSignal,
): Promise<unknown> {
  const id = randomUUID()
  writeLine({ type: 'control_request', request_id: id, request })
  try {
    return await new Promise<unknown>((resolve) => {
      fake.asked.set(id, resolve)
      signal.addEventListener('abort', () => resolve(null), { once: true })
    })
  } finally {
    fake.asked.delete(id)
  }
}
