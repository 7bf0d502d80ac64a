import { randomUUID } from 'node:crypto'
import { pause } from '../gates.ts'
import { flood, numberDigits } from './flood.ts'
import * as lines from './lines.ts'
import { writeAll, writeLine } from './output.ts'
import { isPermission } from './read-input.ts'
import type { FakeStep } from './scenario.ts'
import { spawnLeftover } from './spawn-leftover.ts'

/** What steps need: who plays them, for which prompt, and how to ask the host. */
export type StepContext = {
  state: lines.FakeState
  prompt: lines.FakePrompt | null
  defaultText: string
  ignoredSignals: Set<string>
  /** Aborted by an interrupt. */
  signal: AbortSignal
  /** Sends a control request; resolves with the response, or `null` when interrupted. */
  request: (body: Record<string, unknown>) => Promise<unknown>
}

/** Plays steps one after another, until done or interrupted. */
export async function playSteps(steps: readonly FakeStep[], context: StepContext): Promise<void> {
  for (const step of steps) {
    if (context.signal.aborted) return
    await playStep(step, context)
  }
}

async function playStep(step: FakeStep, context: StepContext): Promise<void> {
  const { state, prompt, signal } = context
  const say = (text: string | undefined): string => fillIn(text ?? context.defaultText, context)
  switch (step.do) {
    case 'reply':
      await playSteps([{ do: 'begin' }], context)
      sayAssistant(say(step.text), context)
      return playSteps([{ do: 'end', text: say(step.text) }], context)
    case 'begin':
      emitState('running', context)
      emitLifecycle('queued', context)
      emitLifecycle('started', context)
      writeLine(lines.toInitLine(state))
      if (state.replaysPrompts && prompt?.id) writeLine(lines.toReplayLine(state, prompt))
      return
    case 'end':
      writeLine(lines.toResultLine(state, prompt, { result: say(step.text), ...step.extra }))
      emitLifecycle('completed', context)
      return emitState('idle', context)
    case 'result':
      return writeLine(lines.toResultLine(state, prompt, { result: say(step.text), ...step.extra }))
    case 'init':
      return writeLine(lines.toInitLine(state))
    case 'state':
      return emitState(step.state, context)
    case 'lifecycle':
      return emitLifecycle(step.state, context)
    case 'assistant':
      return writeLine(lines.toAssistantLine(state, { type: 'text', text: say(step.text) }))
    case 'delta':
      return writeLine(lines.toDeltaLine(state, say(step.text)))
    case 'tool_use': {
      const { id, name, input } = step
      return writeLine(lines.toAssistantLine(state, { type: 'tool_use', id, name, input }))
    }
    case 'tool_result': {
      const { id, text, isError = false } = step
      return writeLine(lines.toToolResultLine(state, { id, text: say(text), isError }))
    }
    case 'emit':
      return writeAll(`${fillInJson(JSON.stringify(step.line), context)}\n`)
    case 'raw':
      return writeAll(
        step.base64 === undefined ? say(step.text) : Buffer.from(step.base64, 'base64'),
      )
    case 'flood':
      return flood({
        toLine: (text) => JSON.stringify(toFloodLine(step.kind, text, context)),
        bytes: step.bytes,
        lines: step.lines ?? Infinity,
        perSecond: step.perSecond ?? null,
        forMs: step.forMs ?? Infinity,
        signal,
      })
    case 'huge': {
      const text = 'x'.repeat(step.bytes)
      return writeLine(
        step.where === 'result'
          ? lines.toResultLine(state, prompt, { result: text })
          : lines.toAssistantLine(state, { type: 'text', text }),
      )
    }
    case 'stderr':
      if (step.text !== undefined) writeAll(say(step.text), 2)
      return writeAll(Buffer.alloc(step.bytes ?? 0, 'e'), 2)
    case 'wait':
      return pause(step.ms, { signal })
    case 'silence':
      return untilAborted(signal)
    case 'ignore_signals':
      for (const name of step.signals) context.ignoredSignals.add(name)
      return
    case 'spawn':
      return writeLine({ type: 'fake_spawned', how: step.how, pid: spawnLeftover(step) })
    case 'ask': {
      emitState('requires_action', context)
      const isAllowed = isPermission(await context.request(toPermissionRequest(step)))
      if (signal.aborted) return
      emitState('running', context)
      return playSteps((isAllowed ? step.allow : step.deny) ?? [], context)
    }
    case 'request':
      return writeLine({ type: 'fake_answered', response: await context.request(step.request) })
    case 'exit':
      return process.exit(step.code)
    case 'kill':
      process.kill(process.pid, step.signal)
      // A signal to oneself arrives a moment later.
      return untilAborted(signal)
    default:
      return step satisfies never
  }
}

function toPermissionRequest(step: Extract<FakeStep, { do: 'ask' }>): Record<string, unknown> {
  return {
    subtype: 'can_use_tool',
    tool_name: step.toolName,
    display_name: step.toolName,
    input: step.input,
    description: step.toolName,
    permission_suggestions: [],
    tool_use_id: `toolu_${randomUUID().slice(0, 8)}`,
  }
}

function sayAssistant(text: string, { state }: StepContext): void {
  if (state.includesPartials) writeLine(lines.toDeltaLine(state, text))
  writeLine(lines.toAssistantLine(state, { type: 'text', text }))
}

function emitState(value: string, { state }: StepContext): void {
  if (state.emitsStates) writeLine(lines.toStateLine(state, value))
}

function emitLifecycle(value: string, { state, prompt }: StepContext): void {
  if (prompt?.id) writeLine(lines.toLifecycleLine(state, prompt, value))
}

function toFloodLine(
  kind: 'text_delta' | 'assistant',
  text: string,
  { state }: StepContext,
): object {
  if (kind === 'text_delta') return lines.toDeltaLine(state, text)
  // Each is a message of its own, so that they are not taken for one of many megabytes.
  return lines.toAssistantLine(state, { type: 'text', text }, `msg_${text.slice(0, numberDigits)}`)
}

function fillIn(text: string, context: StepContext): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => toValue(name, context) ?? whole)
}

function fillInJson(json: string, context: StepContext): string {
  return json.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => {
    const value = toValue(name, context)
    return value === null ? whole : JSON.stringify(value).slice(1, -1)
  })
}

function toValue(name: string, { state, prompt }: StepContext): string | null {
  switch (name) {
    case 'sessionId':
      return state.sessionId
    case 'promptId':
      return prompt?.id ?? ''
    case 'prompt':
      return prompt?.text ?? ''
    case 'uuid':
      return randomUUID()
    default:
      return null
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
