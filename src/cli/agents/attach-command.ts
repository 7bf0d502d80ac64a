import { InvalidArgumentError, Option, type Command } from 'commander'
import { attachAgent, findAgent, type Agent } from '../../agent/index.ts'
import { dataDirOf } from '../data-dir.ts'
import { exitCodes, outcomeExitCodes } from '../exit-codes.ts'
import { canAsk, type Io } from '../io.ts'
import { listenToControls } from '../run/controls.ts'
import { createReporter } from '../run/reporter.ts'
import { outputFormats, type OutputFormat } from '../run/run-flags.ts'
import { createHumanAsker } from '../terminal/ask-human.ts'
import { createScreen } from '../terminal/screen.ts'
import { usageError } from '../usage-error.ts'
import { denyRequests } from './deny-requests.ts'
import { followAgent } from './follow-agent.ts'
import { superviseAgent } from './supervise-agent.ts'

const examples = `
Examples:
  hostler attach 01a1f7ae                    go on where a killed hostler left off
  hostler attach 01a1f7ae --from end         from now on
  hostler attach 01a1f7ae --send "and now the tests"
  hostler attach 01a1f7ae --interrupt --keep
  hostler attach 01a1f7ae --output stream-json | jq -c .type

An agent that another hostler supervises is only followed. Otherwise attach takes it over: on a
terminal it asks for further prompts (Ctrl-D leaves the agent running, /exit stops it); elsewhere it
ends with the turn, and stops the agent unless --keep.`

export type AttachFlags = {
  dataDir?: string
  from: 'start' | 'turn' | 'end'
  send?: string
  interrupt?: true
  keep?: true
  output: OutputFormat
  verbose?: true
}

/** `hostler attach <id>`: takes over an agent that is there, or looks on. */
export function addAttachCommand(program: Command, io: Io, exit: (code: number) => void): void {
  program
    .command('attach')
    .description('take over an agent whose hostler is gone, or follow one')
    .argument('<id>', 'the id of the agent, or what it begins with', parseId)
    .addOption(
      new Option('--from <where>', 'what to show first')
        .choices(['start', 'turn', 'end'])
        .default('start'),
    )
    .option('--send <prompt>', 'send a prompt, after the running turn')
    .option('--interrupt', 'interrupt the running turn')
    .option('--keep', 'leave the agent running at the end')
    .addOption(
      new Option('-o, --output <format>', 'what is written to stdout')
        .choices(outputFormats)
        .default('text'),
    )
    .option('-v, --verbose', 'show thinking and what tools give back')
    .option('--data-dir <dir>', 'where agents keep their folders')
    .addHelpText('after', examples)
    .action(async (id: string, flags: AttachFlags) => exit(await attach(id, flags, io)))
}

async function attach(id: string, flags: AttachFlags, io: Io): Promise<number> {
  const status = await findAgent(dataDirOf(flags, io), id)
  const isReadOnly = status.supervisedBy !== null
  const isActive = flags.send !== undefined || flags.interrupt === true
  if (isActive && isReadOnly) {
    throw usageError(
      `agent ${status.id} is supervised by process ${status.supervisedBy}`,
      'end that process first; until then the agent can only be followed',
    )
  }
  if (isActive && status.state !== 'running') {
    throw usageError(
      `agent ${status.id} is not running any more`,
      `go on with its session: hostler run --resume ${status.sessionId ?? '<session>'} "…"`,
    )
  }
  const isText = flags.output === 'text'
  const screen = createScreen(io, { isQuiet: !isText })
  const canPrompt = isText && canAsk(io) && !isActive && !isReadOnly && status.state === 'running'
  const controls = listenToControls(io, {
    onInterrupt: () => screen.note(screen.paint.dim('· interrupting the turn')),
    canLeave: isReadOnly || canPrompt,
  })
  const asker =
    isText && canAsk(io)
      ? createHumanAsker(io, screen, () => controls.interrupt()).answerer
      : denyRequests()
  const reporter = createReporter(flags.output, { io, screen, isVerbose: flags.verbose === true })
  let agent: Agent | null = null
  try {
    agent = await attachAgent(status.dir, { ...asker, readOnly: isReadOnly })
    const following = { flags, io, screen, controls, reporter }
    if (isReadOnly) {
      screen.note(
        screen.paint.dim(`· process ${status.supervisedBy} supervises this agent: following only`),
      )
      return await followAgent(agent, following)
    }
    controls.control(agent)
    const result = await superviseAgent(agent, { ...following, canPrompt })
    return controls.exitCode ?? (result === null ? exitCodes.ok : outcomeExitCodes[result.outcome])
  } finally {
    if (agent?.state !== 'ended') await agent?.detach()
    screen.close()
    await controls.close()
  }
}

function parseId(text: string): string {
  if (/^[0-9a-f-]{4,36}$/.test(text)) return text
  throw new InvalidArgumentError('Give an id, or at least its first 4 characters: hostler agents.')
}
