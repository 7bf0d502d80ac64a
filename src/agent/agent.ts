import { randomUUID } from 'node:crypto'
import type { AgentEvent, NoticeCode } from '../events/agent-event.ts'
import type { HumanRequest } from '../events/human-request.ts'
import type { ProcessExit, TurnResult } from '../events/turn-result.ts'
import { hostlerError } from '../errors.ts'
import type { AgentParts, AgentState, StopReport, TurnOptions } from './agent-parts.ts'
import { writeAgentRecord, type AgentRecord } from './agent-folder.ts'
import { adoptedTurn, answeredRequests, doubtfulLine } from './adopt-turn.ts'
import { createAgentWire, type AgentWire } from './agent-wire.ts'
import { isSurelyStreamEvent, parseCliLine } from './cli-message.ts'
import { toError } from './control-channel.ts'
import { noCost, toBaseline, type CostBaseline } from './cost.ts'
import { isDiskFull } from './disk-space.ts'
import {
  endProcesses,
  settlesWithin,
  sweepProcesses,
  waitForEnd,
  type LeftProcess,
} from './end-processes.ts'
import { createEventHub, type EventHub } from './event-hub.ts'
import type { EventStream } from './event-stream.ts'
import { watchProcess } from './exit-watch.ts'
import { openInput, type InputWriter, type JournalEntry } from './input-writer.ts'
import { messageEvents } from './line-events.ts'
import type { Line } from './line-reader.ts'
import { followLog, type LogFollower } from './log-follower.ts'
import { stringAt, type Loose } from './loose.ts'
import type { ElicitationResult, PermissionMode, PermissionResult, Prompt } from './options.ts'
import type { StopCause } from './outcome.ts'
import { readExit } from './process-exit.ts'
import { parsePrompt, toUserMessage } from './prompt.ts'
import { readStderrTail, trimStderr } from './stderr-log.ts'
import { toTurnResult } from './to-turn-result.ts'
import { createTurnQueue, type TurnQueue } from './turn-queue.ts'
import { newTurnRun, type Turn, type TurnRun } from './turn-run.ts'
import { startTurnTimers } from './turn-timers.ts'

/** How long an interrupt may take before the agent is stopped instead. It takes 8 to 30 ms. */
const interruptMs = 5000
const interruptAgainMs = 300
/** For leaving in good order before signals are sent. */
const endSessionMs = 1500

/**
 * One live `claude`, followed and talked to. It goes on without its supervisor: see `attachAgent`.
 * Disposing of it stops it; `detach` lets it be.
 */
export class Agent {
  readonly id: string
  readonly dir: string
  /** Leader of its session and process group. */
  readonly pid: number
  readonly claudeVersion: string
  /** The CLI has answered. Rejects with `spawn_failed` when it ended first; may be ignored. */
  readonly ready: Promise<void>
  /** The process has gone, all that it wrote has been read, and what it left has been ended. */
  readonly ended: Promise<ProcessExit>

  readonly #parts: AgentParts
  readonly #hub: EventHub
  readonly #wire: AgentWire
  readonly #turns: TurnQueue
  readonly #follower: LogFollower
  readonly #input: InputWriter | null
  readonly #ready = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<ProcessExit>()
  readonly #unwatch: () => void
  #record: AgentRecord
  #recordWrites: Promise<void> = Promise.resolve()
  #state: AgentState = 'starting'
  #baseline: CostBaseline = noCost
  #exit: ProcessExit | null = null
  #isLost = false
  #wasKilled = false
  #swept: LeftProcess[] = []
  #trimming: Promise<void> | null = null
  #finishing: Promise<void> | null = null
  #stopping: Promise<StopReport> | null = null
  /** While the log is replayed: what the CLI asked for, by id. */
  #replayed: Map<string, Loose> | null = null

  /** Use `startAgent` or `attachAgent`. */
  constructor(parts: AgentParts) {
    const { paths, record, limits, leader } = parts
    this.#parts = parts
    this.#record = record
    this.id = record.id
    this.dir = paths.dir
    this.pid = leader.pid
    this.claudeVersion = record.claudeVersion
    this.ready = this.#ready.promise
    this.ended = this.#ended.promise
    // Both may be ignored.
    this.ready.catch(() => undefined)

    this.#hub = createEventHub({ path: paths.output, maxLineBytes: limits.maxLineBytes })
    this.#wire = createAgentWire({
      write: (line) => this.#write(line),
      answerer: parts.answerer,
      hooks: parts.hooks,
      mcpServers: parts.mcpServers,
      onRequestClosed: (requestId, how) => {
        const { offset } = this.#follower
        this.#hub.publishOwn({ type: 'request_closed', requestId, how, offset })
      },
      onDeniedTurn: () => {
        if (this.#turns.current !== null) this.#turns.current.cause ??= 'denied'
      },
    })
    this.#turns = createTurnQueue({
      send: (run) => this.#send(run),
      toResult: (run) => this.#toResult(run),
      startTimers: (run) => this.#startTimers(run),
      abort: (run, cause) => this.#abort(run, cause),
      onSettled: (run) => this.#onSettled(run),
    })
    const adopted = adoptedTurn(parts.journal, record, (run) => this.#iterate(run))
    if (adopted !== null) this.#turns.adopt(adopted)
    this.#input = parts.isReadOnly
      ? null
      : openInput(paths, { readOffset: () => this.#follower.offset, onBroken: () => undefined })
    this.#follower = followLog(paths, {
      from: adopted?.from ?? 0,
      maxLineBytes: limits.maxLineBytes,
      onLine: (line) => this.#onLine(line),
      onFile: (name) => this.#onFile(name),
    })
    this.#unwatch = watchProcess(leader, () => void this.#onGone())
  }

  get state(): AgentState {
    return this.#state
  }

  /** Claude's session id: what `resume` takes. `null` until the CLI has named it. */
  get sessionId(): string | null {
    return this.#record.sessionId
  }

  get currentTurn(): Turn | null {
    return this.#turns.current?.turn ?? null
  }

  /** The newest turn that the CLI was given, also by a former supervisor. */
  get lastTurn(): Turn | null {
    return this.#turns.last?.turn ?? null
  }

  /** What waits for a human. */
  get requests(): readonly HumanRequest[] {
    return this.#wire.humans.open
  }

  /**
   * Sends a prompt. What the agent does with it is in the result, which never rejects.
   * @throws invalid_prompt, agent_ended, agent_busy, agent_supervised
   */
  turn(prompt: Prompt, options: TurnOptions = {}): Turn {
    const { promptId = randomUUID(), signal, onBusy = 'queue', slashCommands } = options
    this.#assertWritable()
    if (onBusy === 'refuse' && this.#turns.current !== null) {
      throw hostlerError('agent_busy', { id: this.id })
    }
    const run = newTurnRun({
      promptId,
      userMessage: toUserMessage(parsePrompt(prompt), { uuid: promptId, slashCommands }),
      wantsStructuredOutput: this.#record.wantsStructuredOutput,
      iterate: (one) => this.#iterate(one),
    })
    this.#turns.add(run, signal)
    return run.turn
  }

  /**
   * Everything that happens in the agent: from the log first, then live, each event once. A listener
   * that reads slowly, or not at all, holds up nobody.
   */
  async *events(
    options: { from?: 'start' | 'now' | number; signal?: AbortSignal } = {},
  ): AsyncGenerator<AgentEvent, void> {
    const { from = 'now', signal } = options
    const to = this.#follower.offset
    const start = from === 'start' ? 0 : from === 'now' ? to : from
    const stream = this.#hub.subscribe({ from: start, to, isOver: this.#state === 'ended' })
    const stop = (): void => stream.end()
    signal?.addEventListener('abort', stop, { once: true })
    try {
      yield* stream
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  /** Answers a request. @throws request_not_open the second time, invalid_option */
  answer(requestId: string, answer: PermissionResult | ElicitationResult): void {
    this.#assertWritable()
    this.#wire.humans.answer(requestId, answer)
  }

  /** Ends the running turn, as `cancelled`; the agent goes on. Resolves when it is over. */
  async interrupt(): Promise<void> {
    this.#assertWritable()
    const run = this.#turns.current
    if (run === null) return
    this.#abort(run, 'cancelled')
    await run.settled.promise
  }

  /** From the next turn on. Without a name: the CLI's default. */
  async setModel(model?: string): Promise<void> {
    await this.control({ subtype: 'set_model', ...(model === undefined ? {} : { model }) })
  }

  /** At once. @throws control_failed for a mode that the CLI does not know or was not launched for */
  async setPermissionMode(mode: PermissionMode): Promise<void> {
    await this.control({ subtype: 'set_permission_mode', mode })
  }

  /**
   * Sends any control request: see docs/wire.md.
   * @throws control_failed, control_timeout, agent_ended
   */
  async control(
    request: { subtype: string } & Record<string, unknown>,
    options: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<Record<string, unknown>> {
    this.#assertWritable()
    return await this.#wire.control.request(request, options)
  }

  /** Ends the agent and everything that it started, in bounded time, and proves it. */
  stop(): Promise<StopReport> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  /** Lets the agent run on without this supervisor; `attachAgent` takes it over again. */
  async detach(): Promise<void> {
    if (this.#state === 'ended') return
    this.#isLost = true
    this.#state = 'ended'
    this.#turns.settleAll()
    await this.#close('detached')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#parts.isReadOnly) await this.detach()
    else await this.stop()
  }

  /** Called once, by startAgent and attachAgent. */
  async begin(): Promise<void> {
    const { journal, initialize, warnings, limits } = this.#parts
    if (journal.length > 0) this.#replay(journal)
    for (const message of warnings) this.#notify('version_unchecked', message)
    if (this.#hasExited()) return await this.#onGone()
    if (initialize === null) return this.#becomeReady()
    await this.#wire.connected
    this.#wire.control.request(initialize, { timeoutMs: limits.startTimeoutMs }).then(
      () => this.#becomeReady(),
      (error: unknown) => this.#failStart(toError(error)),
    )
  }

  #onLine(line: Line): void {
    const isHeard = this.#hub.isHeard
    if (line.end > this.#parts.limits.maxLogBytes) this.#abortCurrent('output_limit')
    if (!isHeard && isSurelyStreamEvent(line)) {
      this.#hub.publishLine(line, [])
      return
    }
    const parsed = parseCliLine(line)
    this.#hub.publishLine(line, isHeard ? messageEvents(parsed, line) : [])
    if (parsed.kind === 'object') this.#onMessage(parsed.message, line)
  }

  #onMessage(message: Loose, line: Line): void {
    if (stringAt(message, 'type').startsWith('control_')) {
      if (this.#replayed === null) this.#wire.receive(message)
      else noteRequest(this.#replayed, message)
      return
    }
    if (message['type'] === 'conversation_reset') this.#baseline = noCost
    if (message['subtype'] === 'init' || message['type'] === 'result') {
      this.#noteSession(stringAt(message, 'session_id'))
    }
    const run = this.#turns.current
    const isOver = this.#turns.fold(message)
    const result = message['type'] === 'result' ? run?.evidence.results.at(-1) : undefined
    if (result !== undefined) this.#baseline = toBaseline(result)
    if (run === null) return
    run.to = line.end
    if (isOver) this.#turns.finish()
    // The CLI retries a refused key for three minutes; the second refusal is answer enough.
    else if (isAuthRefused(run)) this.#abort(run, 'auth')
  }

  #onFile(name: string): void {
    if (name === 'exit' && this.#hasExited()) void this.#onGone()
    if (name === 'err.log' && this.#trimming === null) {
      this.#trimming = this.#trimStderr()
    }
  }

  async #trimStderr(): Promise<void> {
    const cut = await trimStderr(this.#parts.paths)
    this.#trimming = null
    if (cut > 0) this.#notify('stderr_cut', `${cut} bytes were cut from the middle of err.log`)
  }

  /** Reads again what a former supervisor has read, and takes up what it left open. */
  #replay(journal: JournalEntry[]): void {
    const replayed = new Map<string, Loose>()
    this.#replayed = replayed
    this.#follower.drain()
    this.#replayed = null
    if (this.#parts.isReadOnly || this.#hasExited()) return
    const doubtful = doubtfulLine(journal, this.#turns.last)
    if (doubtful?.isTorn === true) return this.#abortCurrent('not_writable')
    if (doubtful !== null) void this.#write(doubtful.line).catch(() => undefined)
    const answered = answeredRequests(journal)
    for (const [id, message] of replayed) if (!answered.has(id)) this.#wire.receive(message)
  }

  async #send(run: TurnRun): Promise<void> {
    run.sentAt = Date.now()
    run.from = this.#follower.offset
    run.baseline = this.#baseline
    if (this.#state === 'idle') this.#state = 'busy'
    run.begun.resolve()
    await this.#input?.write(run.userMessage, { baseline: run.baseline })
  }

  async #write(line: Loose): Promise<void> {
    this.#assertWritable()
    await this.#input?.write(line)
  }

  #iterate(run: TurnRun): AsyncIterator<AgentEvent> {
    if (run.phase === 'queued') return iterateLater(run, () => this.#subscribe(run))
    return this.#subscribe(run)
  }

  #subscribe(run: TurnRun): EventStream {
    const isOver = run.phase === 'over'
    const to = isOver ? run.to : this.#follower.offset
    const stream = this.#hub.subscribe({ from: run.from, to, isOver })
    if (!isOver) run.streams.add(stream)
    return stream
  }

  #toResult(run: TurnRun): TurnResult {
    const { paths } = this.#parts
    const isOpen = run.evidence.results.length === 0
    return toTurnResult(run, {
      agentId: this.id,
      sessionId: this.sessionId,
      exit: this.#exit,
      isLost: this.#isLost,
      stderrTail: isOpen ? readStderrTail(paths) : '',
      isDiskFull: isOpen && isDiskFull(paths.dir),
      endedAt: this.#replayed === null ? Date.now() : this.#follower.writtenAt(),
    })
  }

  #onSettled(run: TurnRun): void {
    if (this.#state === 'busy' && this.#turns.current === null) this.#state = 'idle'
    run.begun.resolve()
    if (run.sentAt !== 0) this.#wire.settleOpen()
    for (const stream of run.streams) stream.end()
    run.streams.clear()
  }

  #startTimers(run: TurnRun): () => void {
    const { limits, isReadOnly, paths } = this.#parts
    if (isReadOnly) return () => undefined
    return startTurnTimers({
      limits,
      evidence: run.evidence,
      isStarting: () => this.#state === 'starting',
      isAwaitingHuman: () => run.evidence.isWaitingForHuman || this.requests.length > 0,
      isDiskFull: () => isDiskFull(paths.dir),
      lastActivityAt: () => this.#follower.lastActivityAt,
      now: Date.now,
      onExpired: (cause) => this.#abort(run, cause),
      onLimbo: () => this.#turns.finish(),
    })
  }

  #abortCurrent(cause: StopCause): void {
    if (this.#turns.current !== null) this.#abort(this.#turns.current, cause)
  }

  /** Ends a turn: by an interrupt where the agent can go on after it, else with the agent. */
  #abort(run: TurnRun, cause: StopCause): void {
    run.cause ??= cause
    if (run.isEnding || run.phase !== 'running') return
    run.isEnding = true
    switch (cause) {
      case 'cancelled':
      case 'timeout':
      case 'stalled':
      case 'auth':
      case 'denied':
        this.#notify('interrupting', `interrupting the turn: ${cause}`)
        void this.#interruptUntilOver(run)
        break
      case 'start_timeout':
      case 'output_limit':
      case 'not_writable':
      case 'disk_full':
        void this.stop()
        break
      default:
        cause satisfies never
    }
  }

  /** One that arrives before the CLI has taken up the prompt interrupts nothing: so, again. */
  async #interruptUntilOver(run: TurnRun): Promise<void> {
    const until = performance.now() + interruptMs
    while (run.phase === 'running' && performance.now() < until) {
      await this.#wire.control
        .request({ subtype: 'interrupt' }, { timeoutMs: interruptAgainMs })
        .catch(() => undefined)
      await settlesWithin(run.settled.promise, interruptAgainMs)
    }
    if (run.phase === 'running') await this.stop()
  }

  async #stop(): Promise<StopReport> {
    const startedAt = performance.now()
    const { leader } = this.#parts
    const wasOver = this.#finishing !== null
    let isClosed = false
    if (!wasOver) {
      this.#notify('stopping', 'stopping the agent')
      this.#turns.cancelAll('cancelled')
      if (this.#state !== 'starting') isClosed = await this.#leave()
    }
    const report = await endProcesses(this.id, isClosed ? null : leader)
    this.#wasKilled = report.how === 'killed'
    await this.#onGone()
    const how = isClosed ? 'closed' : wasOver ? 'was_over' : report.how
    const swept = [...this.#swept, ...report.swept]
    return { ...report, how, swept, durationMs: Math.round(performance.now() - startedAt) }
  }

  /** Asks the CLI to end by itself: it puts its tools and its transcript in order. */
  async #leave(): Promise<boolean> {
    const run = this.#turns.current
    const control = this.#wire.control
    if (run !== null) {
      control.request({ subtype: 'interrupt' }, { timeoutMs: endSessionMs }).catch(() => undefined)
      await settlesWithin(run.settled.promise, endSessionMs)
      if (run.phase === 'running') return false
    }
    control.request({ subtype: 'end_session' }, { timeoutMs: endSessionMs }).catch(() => undefined)
    return await settlesWithin(this.ended, endSessionMs)
  }

  #onGone(): Promise<void> {
    this.#finishing ??= this.#finish()
    return this.#finishing
  }

  async #finish(): Promise<void> {
    const { paths, leader, launcherExit, isReadOnly } = this.#parts
    if (this.#state === 'ended') return
    this.#follower.drain()
    const killed: ProcessExit | null = this.#wasKilled ? { code: null, signal: 'SIGKILL' } : null
    const exit = readExit(paths) ?? launcherExit() ?? killed
    this.#exit = exit
    this.#isLost = exit === null
    this.#state = 'ended'
    this.#failStart(hostlerError('spawn_failed', startProblem(readStderrTail(paths))))
    this.#turns.settleAll()
    if (!isReadOnly) {
      await waitForEnd(leader)
      const { swept } = await sweepProcesses((id) => id === this.id, leader)
      this.#swept = swept
    }
    await this.#close('it has exited')
    this.#ended.resolve(exit ?? { code: null, signal: null })
  }

  async #close(how: string): Promise<void> {
    this.#unwatch()
    this.#hub.end()
    this.#follower.close()
    await this.#wire.close(this.#endedError(how))
    this.#input?.close()
    await this.#trimming
    await this.#recordWrites
    await this.#parts.release()
  }

  #becomeReady(): void {
    if (this.#state !== 'starting') return
    this.#state = this.#turns.current === null ? 'idle' : 'busy'
    this.#ready.resolve()
  }

  #failStart(error: Error): void {
    this.#ready.reject(error)
    if (this.#state !== 'starting') return
    if (this.#turns.current === null) void this.stop()
    else this.#abortCurrent('start_timeout')
  }

  #noteSession(sessionId: string): void {
    if (sessionId === '' || sessionId === this.#record.sessionId) return
    this.#record = { ...this.#record, sessionId }
    if (this.#parts.isReadOnly) return
    const record = this.#record
    this.#recordWrites = this.#recordWrites
      .then(() => writeAgentRecord(this.#parts.paths, record))
      // The log tells it too; a full disk is noticed elsewhere.
      .catch(() => undefined)
  }

  #hasExited(): boolean {
    return readExit(this.#parts.paths) !== null
  }

  #notify(code: NoticeCode, message: string): void {
    this.#hub.publishOwn({ type: 'notice', code, message, offset: this.#follower.offset })
  }

  #assertWritable(): void {
    if (this.#state === 'ended') throw this.#endedError('it has exited')
    const { isReadOnly, supervisorPid } = this.#parts
    if (isReadOnly) throw hostlerError('agent_supervised', { id: this.id, pid: supervisorPid })
  }

  #endedError(how: string): Error {
    const sessionId = this.sessionId ?? 'none'
    return hostlerError('agent_ended', { id: this.id, how, sessionId })
  }
}

function isAuthRefused({ evidence }: TurnRun): boolean {
  return evidence.retry?.status === 401 && evidence.retry.attempt >= 2
}

function noteRequest(replayed: Map<string, Loose>, message: Loose): void {
  const id = stringAt(message, 'request_id')
  if (message['type'] === 'control_request') replayed.set(id, message)
  if (message['type'] === 'control_cancel_request') replayed.delete(id)
}

function startProblem(stderr: string): { problem: string; cure: string } {
  const said = stderr.trim().split('\n').at(-1) ?? ''
  const problem = said === '' ? 'claude ended before it answered' : said
  return { problem, cure: 'try the same with claude -p' }
}

async function* iterateLater(
  run: TurnRun,
  subscribe: () => EventStream,
): AsyncGenerator<AgentEvent, void> {
  await run.begun.promise
  if (run.sentAt !== 0) yield* subscribe()
}
