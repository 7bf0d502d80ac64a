import type { Command } from 'commander'
import { startAgent, type Agent, type Prompt } from '../../agent/index.ts'
import { resolveDataDir } from '../../config.ts'
import { HostlerError } from '../../errors.ts'
import { explainError } from '../explain-error.ts'
import { exitCodes, outcomeExitCodes } from '../exit-codes.ts'
import { canAsk, type Io } from '../io.ts'
import { createHumanAsker } from '../terminal/ask-human.ts'
import { createScreen, type Screen } from '../terminal/screen.ts'
import { usageError } from '../usage-error.ts'
import { listenToControls, type Controls } from './controls.ts'
import { howToGoOn } from './how-to-go-on.ts'
import { promptSource } from './prompt-source.ts'
import { pruneAgents } from './prune-agents.ts'
import { readPrompt } from './read-prompt.ts'
import { createReporter, type Reporter } from './reporter.ts'
import { addRunFlags, type RunFlags } from './run-flags.ts'
import { failedStart } from './failed-start.ts'
import { isForDaemon, runInDaemon } from './run-in-daemon.ts'
import { toAgentOptions } from './to-agent-options.ts'

const examples = `
Examples:
  hostler run "explain the failing test"
  git diff | hostler run --attach - "review this"
  hostler run --permission-mode acceptEdits --timeout 10m -f task.md
  hostler run --output json --json-schema @schema.json "list the routes" | jq .structuredOutput
  hostler run --resume 5535dac5-0b0e-4c1e-9d0f-3d9f7a3c2b11 "and now the other one"
  hostler run -i
  hostler run --session key:website "add a favicon"      with hostler serve

Ctrl-C interrupts the turn, twice stops the agent. Exit codes: docs/cli.md.`

/** `hostler run`: one prompt, or with -i several, to an agent of its own. */
export function addRunCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('run')
    .description('give a prompt to a new agent and follow it to the end')
    .argument('[prompt...]', 'the prompt; else -f, or stdin when it is not a terminal')
  addRunFlags(command)
  command.addHelpText('after', examples)
  command.action(async (words: string[], flags: RunFlags) => exit(await run(words, flags, io)))
}

async function run(words: string[], flags: RunFlags, io: Io): Promise<number> {
  if (isForDaemon(flags)) return await runInDaemon(words, flags, io)
  const isInteractive = flags.interactive === true
  if (isInteractive && flags.output === 'json') {
    throw usageError('--interactive and --output json exclude each other', 'use stream-json')
  }
  const dir = resolveDataDir(flags.dataDir, io.config)
  const options = toAgentOptions(flags, { dir, cwd: process.cwd() })
  if (options.requestTimeoutMs !== undefined && !(flags.output === 'text' && canAsk(io))) {
    throw usageError('--request-timeout: nobody can be asked here', 'leave it out')
  }
  const { file, attach } = flags
  const prompt = await readPrompt(words, { io, file, attach, isOptional: isInteractive })

  const isText = flags.output === 'text'
  const screen = createScreen(io, { isQuiet: !isText })
  const controls = listenToControls(io, {
    onInterrupt: () => {
      screen.note(screen.paint.dim('· interrupting the turn; Ctrl-C again stops the agent'))
    },
  })
  const reporter = createReporter(flags.output, { io, screen, isVerbose: flags.verbose === true })
  const asker =
    isText && canAsk(io) ? createHumanAsker(io, screen, () => controls.interrupt()).answerer : {}
  try {
    reporter.begin('starting claude')
    const agent = await startAgent(
      { ...options, ...asker },
      { env: io.config.env, signal: controls.signal },
    )
    controls.control(agent)
    for (const warning of agent.warnings) screen.note(screen.paint.dim(`· ${warning}`))
    let code: number
    try {
      code = await converse(agent, { prompt, flags, io, screen, controls, reporter })
    } finally {
      await agent.stop()
      await pruneAgents(dir)
    }
    // Only now: that nobody reads the output is heard of a moment after writing.
    return controls.exitCode ?? code
  } catch (error) {
    if (controls.exitCode !== null) return controls.exitCode
    screen.setStatus(null)
    const isFailedStart = error instanceof HostlerError && explainError(error).exitCode !== 2
    if (isText || !isFailedStart) throw error
    reporter.end(failedStart(error), null)
    return explainError(error).exitCode
  } finally {
    screen.close()
    await controls.close()
  }
}

async function converse(
  agent: Agent,
  run: {
    prompt: Prompt | null
    flags: RunFlags
    io: Io
    screen: Screen
    controls: Controls
    reporter: Reporter
  },
): Promise<number> {
  const { flags, io, screen, controls, reporter } = run
  const isInteractive = flags.interactive === true
  using prompts = isInteractive ? promptSource(io, screen) : null
  let prompt = run.prompt ?? (await prompts?.next(controls.signal)) ?? null
  let code: number = exitCodes.ok
  while (prompt !== null && !controls.signal.aborted) {
    controls.beginTurn()
    reporter.begin('waiting for the model')
    const turn = agent.turn(prompt, { slashCommands: 'run' })
    // One turn after the other.
    for await (const event of turn) reporter.event(event)
    const result = await turn.result
    reporter.end(result, howToGoOn(result, flags))
    code = outcomeExitCodes[result.outcome]
    if (agent.state === 'ended') break
    prompt = (await prompts?.next(controls.signal)) ?? null
  }
  return code
}
