import { randomUUID } from 'node:crypto'
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import * as lines from '../../../src/testing/fake/lines.ts'
import { writeLine } from '../../../src/testing/fake/output.ts'
import { isPermission } from '../../../src/testing/fake/read-input.ts'
import type { Transcript } from './transcript.ts'

/** What a prompt makes the fake do; the second word of its text, the third being milliseconds. */
export const deeds = ['reply', 'stream', 'tool', 'ask', 'fail', 'die'] as const
export type Deed = (typeof deeds)[number]

export type PlayContext = {
  state: lines.FakeState
  transcript: Transcript
  /** Whether it has begun this prompt before, in whatever process. */
  isAgain: boolean
  signal: AbortSignal
  /** Asks the host; resolves with its answer. */
  request: (body: Record<string, unknown>) => Promise<unknown>
}

/** Plays one turn to its result. Rejects when it is interrupted. */
export async function playPrompt(prompt: lines.FakePrompt, context: PlayContext): Promise<string> {
  const { state, signal } = context
  const [name = '', deed = 'reply', ms = '0'] = prompt.text.split(' ')
  const pause = (share: number): Promise<void> => sleep(Number(ms) * share, undefined, { signal })
  switch (deed) {
    case 'stream':
      for (let n = 0; n < 10; n++) {
        if (state.includesPartials) writeLine(lines.toDeltaLine(state, `${n} `))
        await pause(0.1)
      }
      break
    case 'tool':
      await playTool(context, pause)
      break
    case 'ask':
      await pause(0.5)
      return end(prompt, context, `${name} ${await ask(name, context)}`)
    case 'fail':
      await pause(1)
      return end(prompt, context, `${name} failed`, { is_error: true, subtype: 'error_max_turns' })
    case 'die':
      await pause(0.5)
      if (!context.isAgain) process.kill(process.pid, 'SIGKILL')
      break
    default:
      await pause(1)
  }
  return end(prompt, context, `${name} done`)
}

/** Leaves a process of its own session behind, as tools do. */
async function playTool(
  { state }: PlayContext,
  pause: (share: number) => Promise<void>,
): Promise<void> {
  const id = `toolu_${randomUUID().slice(0, 8)}`
  const input = { command: 'sleep 300 &' }
  writeLine(lines.toAssistantLine(state, { type: 'tool_use', id, name: 'Bash', input }))
  spawn('sleep', ['300'], { stdio: 'ignore', detached: true }).unref()
  await pause(1)
  writeLine(lines.toToolResultLine(state, { id, text: 'left', isError: false }))
}

async function ask(name: string, { state, request, signal }: PlayContext): Promise<string> {
  if (state.emitsStates) writeLine(lines.toStateLine(state, 'requires_action'))
  const isAllowed = isPermission(
    await request({
      subtype: 'can_use_tool',
      tool_name: 'Bash',
      display_name: 'Bash',
      input: { command: `touch ${name}` },
      description: name,
      permission_suggestions: [],
      tool_use_id: `toolu_${randomUUID().slice(0, 8)}`,
    }),
  )
  signal.throwIfAborted()
  if (state.emitsStates) writeLine(lines.toStateLine(state, 'running'))
  return isAllowed ? 'allowed' : 'denied'
}

/** First into the transcript, as it may die before it has said so. */
function end(
  prompt: lines.FakePrompt,
  { state, transcript }: PlayContext,
  text: string,
  extra: Record<string, unknown> = {},
): string {
  const line = lines.toAssistantLine(state, { type: 'text', text })
  transcript.addReply(prompt, 'uuid' in line ? String(line.uuid) : '')
  writeLine(line)
  writeLine(lines.toResultLine(state, prompt, { result: text, ...extra }))
  return text
}
