import { randomUUID } from 'node:crypto'
import type { AgentEvent } from '../events/agent-event.ts'
import type { AgentRequest } from '../events/human-request.ts'
import type { ProcessExit } from '../events/turn-result.ts'
import { hostlerError } from '../errors.ts'
import { abortTurn } from './core/abort-turn.ts'
import { assertWritable, endedError, writeLine, type AgentCore } from './core/agent-core.ts'
import { assertTurnOptions, type TurnOptions } from './options/turn-options.ts'
import type { AgentState, StopOptions, StopReport } from './core/agent-parts.ts'
import { closeAgent, stopAgentCore } from './core/end-agent.ts'
import { iterateTurn } from './core/follow-turn.ts'
import { budgetLeftUsd } from './core/usage.ts'
import type {
  ElicitationResult,
  PermissionMode,
  PermissionResult,
  Prompt,
} from './options/options.ts'
import { parsePrompt, type SlashCommands, toUserMessage } from './options/prompt.ts'
import { writeRunEnvironment } from './launch/run-environment.ts'
import { endTurns } from './turn/turn-queue.ts'
import { newTurnRun, type Turn } from './turn/turn-run.ts'

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
  /** Its workspace. */
  readonly cwd: string
  /** Where it keeps its conversations; `null` where that is not known. */
  readonly claudeDir: string | null
  /** Where it, or a script that it runs, may leave a question: the variable HOSTLER_QUESTION_FILE. */
  readonly questionFile: string
  /** What the user should know though nothing failed, e.g. that this CLI is newer than any checked. */
  readonly warnings: readonly string[]
  /** The CLI has answered. Rejects with `spawn_failed` when it ended first; may be ignored. */
  readonly ready: Promise<void>
  /** The process has gone, all that it wrote has been read, and what it left has been ended. */
  readonly ended: Promise<ProcessExit>
  readonly #core: AgentCore

  /** Use `startAgent` or `attachAgent`. */
  constructor(core: AgentCore) {
    const { paths, record, leader } = core.parts
    this.#core = core
    this.id = record.id
    this.dir = paths.dir
    this.pid = leader.pid
    this.claudeVersion = record.claudeVersion
    this.cwd = record.cwd
    this.claudeDir = record.claudeDir
    this.questionFile = paths.question
    this.warnings = core.parts.warnings
    this.ready = core.ready.promise
    this.ended = core.ended.promise
  }

  get state(): AgentState {
    return this.#core.state
  }

  /** Claude's session id: what `resume` takes. `null` until the CLI has named it. */
  get sessionId(): string | null {
    return this.#core.record.sessionId
  }

  /**
   * What is left of `maxBudgetUsd`; `null` when there is none. The CLI counts it over all turns of its
   * process, and ends each further one as `budget_exceeded` when nothing is left.
   */
  get budgetLeftUsd(): number | null {
    return budgetLeftUsd(this.#core)
  }

  get currentTurn(): Turn | null {
    return this.#core.turns.current?.turn ?? null
  }

  /** The newest turn that the CLI was given, also by a former supervisor. */
  get lastTurn(): Turn | null {
    return this.#core.turns.last?.turn ?? null
  }

  /** How much of its output has been read. */
  get logBytes(): number {
    return this.#core.follower.offset
  }

  /** What waits for a human. */
  get requests(): readonly AgentRequest[] {
    return this.#core.wire.humans.open
  }

  /**
   * Sends a prompt. What the agent does with it is in the result, which never rejects.
   * @throws invalid_prompt, invalid_option, agent_ended, agent_busy, agent_supervised
   */
  turn(prompt: Prompt, options: TurnOptions = {}): Turn {
    assertTurnOptions(options)
    const { promptId = randomUUID(), signal, onBusy = 'queue', slashCommands } = options
    assertWritable(this.#core)
    if (this.#core.stopping !== null) throw endedError(this.#core, 'it is being stopped')
    if (onBusy === 'refuse' && this.#core.turns.current !== null) {
      throw hostlerError('agent_busy', { id: this.id })
    }
    const run = newTurnRun({
      promptId,
      userMessage: toUserMessage(parsePrompt(prompt), { uuid: promptId, slashCommands }),
      wantsStructuredOutput: this.#core.record.wantsStructuredOutput,
      iterate: (one) => iterateTurn(this.#core, one),
    })
    this.#core.turns.add(run, signal)
    return run.turn
  }

  /**
   * Sends a prompt into the turn under way: the agent reads it with the next tool result, or right after
   * its reply, and the turn is over when it has been answered, too. False when no turn is under way.
   * @throws invalid_prompt, agent_ended, agent_supervised
   */
  steer(
    prompt: Prompt,
    options: { promptId?: string; slashCommands?: SlashCommands } = {},
  ): boolean {
    const { promptId = randomUUID(), slashCommands } = options
    assertWritable(this.#core)
    const run = this.#core.turns.current
    if (run === null || run.phase !== 'running' || run.evidence.isOver) return false
    const message = toUserMessage(parsePrompt(prompt), { uuid: promptId, slashCommands })
    run.evidence.steered.set(promptId, 'sent')
    // When it cannot be written, the agent is ending, and its turn with it.
    writeLine(this.#core, message, { steers: true }).catch(() => undefined)
    return true
  }

  /**
   * Everything that happens in the agent, from now on, or from the log first and then live, each event
   * once. `from` is the offset of an event. A listener that reads slowly, or not at all, holds up nobody.
   * @throws invalid_option
   */
  events(
    options: { from?: 'start' | 'now' | number; signal?: AbortSignal } = {},
  ): AsyncIterableIterator<AgentEvent, undefined> {
    const { from = 'now', signal } = options
    const to = this.#core.follower.offset
    const offset = from === 'start' ? 0 : from === 'now' ? to : from
    if (!Number.isInteger(offset) || offset < 0 || offset > to) {
      const problem = `cannot be ${JSON.stringify(from)}`
      const cure = `give "start", "now", or the offset of an event, at most ${to}`
      throw hostlerError('invalid_option', { field: 'from', problem, cure })
    }
    const isOver = this.#core.state === 'ended'
    return this.#core.hub.subscribe({ from: offset, to, isOver, signal })
  }

  /** Answers a request. @throws request_not_open the second time, invalid_option */
  answer(requestId: string, answer: PermissionResult | ElicitationResult): void {
    assertWritable(this.#core)
    this.#core.wire.humans.answer(requestId, answer)
  }

  /** Ends the running turn, as `cancelled`; the agent goes on. Resolves when it is over. */
  async interrupt(): Promise<void> {
    assertWritable(this.#core)
    const run = this.#core.turns.current
    if (run === null) return
    abortTurn(this.#core, run, 'cancelled')
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
    assertWritable(this.#core)
    return await this.#core.wire.control.request(request, options)
  }

  /**
   * Sets the variables that Bash commands, and hooks that load the file, see from now on, in place of
   * those set before. Only for an agent that was started with `runEnvFile`.
   * @throws invalid_option, agent_ended, agent_supervised
   */
  async setRunEnvironment(variables: Readonly<Record<string, string>>): Promise<void> {
    assertWritable(this.#core)
    await writeRunEnvironment(this.#core.parts.paths, variables)
  }

  /**
   * Says whether a human is awaited of whom the CLI knows nothing, as when a script that it runs asks one:
   * no limit of time counts meanwhile.
   */
  awaitHuman(isAwaited: boolean): void {
    this.#core.isHumanAwaited = isAwaited
  }

  /** Ends the agent and everything that it started, in bounded time, and proves it. */
  stop(options: StopOptions = {}): Promise<StopReport> {
    return stopAgentCore(this.#core, options)
  }

  /** Lets the agent run on without this supervisor; `attachAgent` takes it over again. */
  async detach(): Promise<void> {
    if (this.#core.state === 'ended') return
    this.#core.isDetached = true
    endTurns(this.#core.turns, 'detached')
    this.#core.state = 'ended'
    this.#core.turns.settleAll()
    await closeAgent(this.#core, 'this supervisor has left it')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#core.parts.isReadOnly || this.#core.isDetached) await this.detach()
    else await this.stop()
  }
}
