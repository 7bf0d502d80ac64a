import type { Command } from 'commander'
import { type AgentCalls, connectAgentCalls, type TaskInfo } from '../../client/index.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { parseDuration } from '../duration.ts'
import { collect, parseWhole } from '../run/flag-values.ts'
import { safeText } from '../terminal/safe-text.ts'
import { usageError } from '../usage-error.ts'
import { listenToLeave } from './leaving.ts'
import { printJson } from './print.ts'

type Flags = { json?: true; timeout?: number }
type Act = (calls: AgentCalls, signal: AbortSignal) => Promise<number>

// As long as a question or a task may be open: it is the profile that says how long that is.
const longestWaitMs = 31 * 24 * 3_600_000

/** `hostler from-agent`: what a script may do for the run whose agent has started it. */
export function addFromAgentCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const group = program
    .command('from-agent')
    .description('for scripts that an agent runs: ask a human, make tasks, report')
    .addHelpText(
      'after',
      `
Uses HOSTLER_URL and HOSTLER_TOKEN, which Bash commands of an agent have where its profile has runToken.

Examples:
  hostler from-agent ask "Delete the old tables?" --option yes --option no
  hostler from-agent task "Docs" "Bring docs/ up to date with src/" && hostler from-agent wait
  hostler from-agent progress "12 of 40 files" --percent 30`,
    )
  const run = async (act: Act): Promise<void> => exit(await withCalls(io, act))

  group
    .command('ask')
    .description('ask a human, and print the answer')
    .argument('<question>', 'with all that is needed to answer it')
    .option('--option <text>', 'an answer to choose from; repeatable', collect)
    .option('--several', 'several options may be chosen')
    .option('--timeout <duration>', 'wait no longer; the question stays open', parseDuration)
    .option('--json', 'as JSON')
    .action((text: string, flags: Flags & { option?: string[]; several?: true }) =>
      run(async (calls, signal) => {
        const { option, several } = flags
        const asked = await calls.ask(
          {
            text,
            ...(option === undefined ? {} : { options: option }),
            ...(several === undefined ? {} : { multiSelect: true }),
          },
          { waitMs: waitMsOf(flags), signal },
        )
        if (flags.json === true) printJson(io, asked)
        else if (asked.answer !== null) io.stdout.write(`${safeText(asked.answer)}\n`)
        if (asked.state === 'answered') return exitCodes.ok
        return asked.state === 'open' ? exitCodes.unfinished : exitCodes.failed
      }),
    )

  group
    .command('task')
    .description('make a task for another agent, and print its id')
    .argument('<title>', 'a few words')
    .argument('<prompt>', 'all that its agent is told')
    .option('--profile <name>', 'one of the profile’s childProfiles')
    .option('--after <task>', 'start when this one has ended; repeatable', collect)
    .option('--json', 'as JSON')
    .action(
      (title: string, prompt: string, flags: Flags & { profile?: string; after?: string[] }) =>
        run(async (calls, signal) => {
          const { profile, after } = flags
          const task = await calls.createTask(
            {
              title,
              prompt,
              ...(profile === undefined ? {} : { profile }),
              ...(after === undefined ? {} : { after }),
            },
            { signal },
          )
          if (flags.json === true) printJson(io, task)
          else io.stdout.write(`${task.id}\n`)
          return exitCodes.ok
        }),
    )

  group
    .command('wait')
    .description('wait for the tasks to end, and print what they came to')
    .argument('[tasks...]', 'only these')
    .option('--timeout <duration>', 'wait no longer', parseDuration)
    .option('--json', 'as JSON')
    .action((ids: string[], flags: Flags) =>
      run(async (calls, signal) => {
        const wanted = ids.length === 0 ? {} : { ids }
        const tasks = await calls.tasks({ ...wanted, waitMs: waitMsOf(flags), signal })
        if (flags.json === true) printJson(io, tasks)
        else io.stdout.write(tasks.map(describeTask).join('\n'))
        return exitCodeOf(tasks)
      }),
    )

  group
    .command('progress')
    .description('tell the people who follow the run how far it is')
    .argument('<text>', 'one line')
    .option('--percent <n>', 'from 0 to 100', parseWhole)
    .action((text: string, { percent }: { percent?: number }) =>
      run(async (calls, signal) => {
        const progress = { text, ...(percent === undefined ? {} : { percent }) }
        await calls.reportProgress(progress, { signal })
        return exitCodes.ok
      }),
    )

  group
    .command('title')
    .description('name the session of the run')
    .argument('<text>', 'a few words')
    .action((text: string) =>
      run(async (calls, signal) => {
        await calls.setTitle(text, { signal })
        return exitCodes.ok
      }),
    )
}

async function withCalls(io: Io, act: Act): Promise<number> {
  const { serverUrl, serverToken } = io.config
  if (serverToken === null) {
    throw usageError(
      'there is no HOSTLER_TOKEN: only what an agent has started can do this',
      'have runToken: true in its profile',
    )
  }
  using leaving = listenToLeave(io)
  await using calls = connectAgentCalls({ url: serverUrl, token: serverToken })
  try {
    const code = await act(calls, leaving.signal)
    return leaving.exitCode ?? code
  } catch (error) {
    if (leaving.exitCode !== null) return leaving.exitCode
    throw error
  }
}

function waitMsOf({ timeout }: Flags): number {
  return timeout ?? longestWaitMs
}

function describeTask({ id, title, state, outcome, text, progress }: TaskInfo): string {
  const how = outcome === null || state === 'succeeded' ? state : `${state} (${outcome})`
  const more = text ?? progress ?? ''
  return safeText(`${id}  ${how}  ${title}\n${more === '' ? '' : `${more}\n`}`)
}

function exitCodeOf(tasks: readonly TaskInfo[]): number {
  if (tasks.every(({ state }) => state === 'succeeded')) return exitCodes.ok
  const isOver = tasks.every(({ state }) => ['succeeded', 'failed', 'cancelled'].includes(state))
  return isOver ? exitCodes.failed : exitCodes.unfinished
}
