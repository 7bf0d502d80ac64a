import { randomUUID } from 'node:crypto'
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import * as lines from '../../../src/testing/fake/lines.ts'
import { writeLine } from '../../../src/testing/fake/output.ts'
import { askPermission, askQuestion, elicit, leaveQuestion } from './ask-human.ts'
import { callHuman, splitWork } from './call-hostler.ts'
import { toPlay } from './to-play.ts'
import type { Transcript } from './transcript.ts'

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
  const { name, deed, ms } = toPlay(prompt)
  const pause = (share: number): Promise<void> => sleep(ms * share, undefined, { signal })
  const tell = (how: string): string => end(prompt, context, `${name} ${how}`)
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
      return tell(await askPermission(`touch ${name}`, context))
    case 'rule':
      await pause(0.5)
      return tell(await askPermission(`${ms % 2 === 0 ? 'echo' : 'rm'} ${name}`, context))
    case 'question':
      await pause(0.5)
      return tell(await askQuestion(name, context))
    case 'elicit':
      await pause(0.5)
      return tell(await elicit(name, context))
    case 'file':
      await pause(0.5)
      leaveQuestion(name)
      await pause(0.5)
      break
    case 'call':
      return tell(await callHuman(name, signal))
    case 'split':
      return tell(await splitWork(name, signal))
    case 'limit':
      await pause(1)
      if (context.isAgain) break
      return refuse(prompt, context, 429)
    case 'overload':
      await pause(1)
      if (context.isAgain) break
      return refuse(prompt, context, 529)
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
  return tell('done')
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

/** What the API refuses stays open in the transcript: it is taken up again. */
function refuse(prompt: lines.FakePrompt, { state }: PlayContext, status: 429 | 529): string {
  if (status === 429) {
    const resetsAt = Math.ceil(Date.now() / 1000) + 1
    const info = { status: 'rejected', rateLimitType: 'five_hour', resetsAt }
    const about = { session_id: state.sessionId, uuid: randomUUID() }
    writeLine({ type: 'rate_limit_event', rate_limit_info: info, ...about })
  }
  const extra = { is_error: true, api_error_status: status, result: `API Error: ${status}` }
  writeLine(lines.toResultLine(state, prompt, extra))
  return `refused ${status}`
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
