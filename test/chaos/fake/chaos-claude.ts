// A claude that keeps its conversation on disk and notes what it was really given:
// node chaos-claude.ts <folder of records> [claude's own arguments…]
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { answerControl } from '../../../src/testing/fake/answer-control.ts'
import * as lines from '../../../src/testing/fake/lines.ts'
import { writeAll, writeLine } from '../../../src/testing/fake/output.ts'
import { type FakeInput, readInput } from '../../../src/testing/fake/read-input.ts'
import { transcriptPath } from '../../../src/service/transcripts/transcript-path.ts'
import { playPrompt } from './play-prompt.ts'
import { toPlay } from './to-play.ts'
import { addRecord, type FakeRecord, readRecords } from './records.ts'
import { openTranscript } from './transcript.ts'

const [dir = '', ...args] = process.argv.slice(2)
const longestLifeMs = 60 * 60_000

setTimeout(() => process.kill(process.pid, 'SIGKILL'), longestLifeMs)
setInterval(() => {
  if (!existsSync(dir)) process.kill(process.pid, 'SIGKILL')
}, 1000).unref()
for (const [name, code] of [
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGINT', 0],
] as const) {
  process.on(name, () => process.exit(code))
}

const resumed = flag('--resume')
const isPath = resumed?.endsWith('.jsonl') === true
const sessionId = isPath
  ? basename(resumed, '.jsonl')
  : (resumed ?? flag('--session-id') ?? randomUUID())
const claudeDir = join(process.env['HOME'] ?? '', '.claude')
const path = isPath
  ? resumed
  : await transcriptPath({ claudeDir, cwd: process.cwd(), claudeSessionId: sessionId })
if (resumed !== null && !existsSync(path))
  refuse(`No conversation found with session ID: ${sessionId}`)
if (resumed === null && existsSync(path))
  refuse(`Error: Session ID ${sessionId} is already in use.`)

const transcript = openTranscript(path)
const state: lines.FakeState = {
  sessionId,
  version: '2.1.328',
  model: flag('--model') ?? 'claude-fake-1',
  permissionMode: flag('--permission-mode') ?? 'default',
  emitsStates: process.env['CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS'] === '1',
  replaysPrompts: args.includes('--replay-user-messages'),
  includesPartials: args.includes('--include-partial-messages'),
  results: 0,
  lastIsError: false,
}
const queue: lines.FakePrompt[] = []
const asked = new Map<string, (response: unknown) => void>()
let turn: { prompt: lines.FakePrompt; interruption: AbortController } | null = null

note({ what: 'start', how: resumed === null ? 'new' : 'resumed' })
if (process.env['CLAUDE_CODE_RESUME_INTERRUPTED_TURN'] === '1' && transcript.interrupted !== null) {
  queue.push(transcript.interrupted)
  void work()
}
for await (const input of readInput(process.stdin)) take(input)

function take(input: FakeInput): void {
  switch (input.kind) {
    case 'prompt':
      return takePrompt(input.prompt)
    case 'control':
      return answerControl(input, state, { interrupt, exit: () => process.exit(0) })
    case 'answer':
      asked.get(input.id)?.(input.response)
      return
    case 'nothing':
      return
    case 'broken':
      writeAll('Error parsing streaming input line: SyntaxError\n', 2)
      return process.exit(1)
    default:
      return input satisfies never
  }
}

/** One that is known already gives an echo, and when nothing runs a bare `idle`. */
function takePrompt(prompt: lines.FakePrompt): void {
  const isQueued = queue.some(({ id }) => id === prompt.id)
  if (transcript.known.has(prompt.id ?? '') || isQueued) {
    note({ what: 'known', prompt })
    writeLine(lines.toReplayLine(state, prompt))
    if (isQueued || turn?.prompt.id === prompt.id) return
    writeLine(lines.toLifecycleLine(state, prompt, 'completed'))
    if (turn === null && queue.length === 0) say('idle')
    return
  }
  queue.push(prompt)
  writeLine(lines.toLifecycleLine(state, prompt, 'queued'))
  if (turn === null) void work()
}

async function work(): Promise<void> {
  for (let prompt = queue.shift(); prompt !== undefined; prompt = queue.shift()) {
    const interruption = new AbortController()
    turn = { prompt, interruption }
    const isAgain = hasBegun(prompt)
    note({ what: 'begin', prompt, how: transcript.interrupted === prompt ? 'resumed' : 'given' })
    if (transcript.interrupted !== prompt) transcript.addPrompt(prompt)
    say('running')
    writeLine(lines.toLifecycleLine(state, prompt, 'started'))
    writeLine(lines.toInitLine(state))
    writeLine(lines.toReplayLine(state, prompt))
    const { signal } = interruption
    const how = await playPrompt(prompt, { state, transcript, isAgain, signal, request }).catch(
      () => 'interrupted',
    )
    if (how === 'interrupted') endInterrupted(prompt)
    note({ what: 'end', prompt, how })
    writeLine(lines.toLifecycleLine(state, prompt, 'completed'))
    turn = null
    say('idle')
  }
}

/** In whatever process. Only asked for those that go wrong once: the file is long. */
function hasBegun({ text }: lines.FakePrompt): boolean {
  const { name, deed } = toPlay({ text })
  if (!['die', 'limit', 'overload'].includes(deed)) return false
  return readRecords(dir).some(({ what, prompt }) => what === 'begin' && prompt === name)
}

function interrupt(): string[] {
  turn?.interruption.abort()
  return queue.flatMap(({ id }) => id ?? [])
}

function endInterrupted(prompt: lines.FakePrompt): void {
  transcript.addReply(prompt, randomUUID())
  const result = {
    subtype: 'error_during_execution',
    is_error: true,
    stop_reason: null,
    terminal_reason: 'aborted_streaming',
    errors: ['[ede_diagnostic]'],
  }
  writeLine(lines.toResultLine(state, prompt, result))
}

async function request(body: Record<string, unknown>): Promise<unknown> {
  const id = randomUUID()
  const signal = turn?.interruption.signal
  writeLine({ type: 'control_request', request_id: id, request: body })
  return await new Promise((resolve) => {
    asked.set(id, resolve)
    signal?.addEventListener('abort', () => {
      writeLine({ type: 'control_cancel_request', request_id: id })
      resolve(null)
    })
  })
}

function say(value: string): void {
  if (state.emitsStates) writeLine(lines.toStateLine(state, value))
}

function note(about: { what: FakeRecord['what']; prompt?: lines.FakePrompt; how?: string }): void {
  const { what, prompt, how = '' } = about
  addRecord(dir, {
    what,
    at: Date.now(),
    pid: process.pid,
    agentId: process.env['HOSTLER_AGENT_ID'] ?? '',
    conversation: sessionId,
    prompt: prompt === undefined ? '' : toPlay(prompt).name,
    promptId: prompt?.id ?? '',
    how,
  })
}

function refuse(problem: string): never {
  writeAll(`${problem}\n`, 2)
  process.exit(1)
}

function flag(name: string): string | null {
  const joined = args.find((arg) => arg.startsWith(`${name}=`))
  if (joined !== undefined) return joined.slice(name.length + 1)
  const index = args.indexOf(name)
  return index === -1 ? null : (args[index + 1] ?? null)
}
