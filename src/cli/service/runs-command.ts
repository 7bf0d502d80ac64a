import { InvalidArgumentError, type Command } from 'commander'
import type { RunFilter } from '../../client/index.ts'
import { outcomes, type Outcome } from '../../events/outcome.ts'
import type { RunState } from '../../events/session-event.ts'
import { didYouMean } from '../../util/suggest.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { collectPair } from '../run/flag-values.ts'
import { findId } from './find-id.ts'
import { addPageFlags, noteMore, pageOf, type PageFlags } from './page-flags.ts'
import { printJson, printTable } from './print.ts'
import { runHeadings, toRunRow } from './run-row.ts'
import { addServiceFlags, type ServiceFlags } from './server-flags.ts'
import { withHostler, type Service } from './with-hostler.ts'

const states = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'] as const

type RunsFlags = ServiceFlags &
  PageFlags & {
    session?: string
    parent?: string
    state?: RunState[]
    outcome?: Outcome[]
    profile?: string
    label?: Record<string, string>
  }

/** `hostler runs`. */
export function addRunsCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('runs')
    .description('list the runs of the daemon, the newest first')
    .option('-s, --session <session>', 'only those of this session: its id, or key:…')
    .option('--parent <run>', 'only those that the agent of this run has made')
    .option('--state <states>', `only in these: ${states.join(', ')}`, collectKnown(states))
    .option('--outcome <outcomes>', 'only with these outcomes, with commas', collectKnown(outcomes))
    .option('-p, --profile <name>', 'only those of this profile')
    .option('-l, --label <name=value>', 'only those with this label; repeatable', collectPair)
  addServiceFlags(addPageFlags(command))
  command
    .addHelpText(
      'after',
      `
Examples:
  hostler runs --state running,waiting
  hostler runs --session key:nightly --outcome rate_limited,overloaded
  hostler runs --state failed --json | jq -r '.items[].id'`,
    )
    .action(async (flags: RunsFlags) => {
      exit(await withHostler(flags, io, (service) => list(flags, service)))
    })
}

async function list(flags: RunsFlags, { hostler, io, signal }: Service): Promise<number> {
  const { session, parent, state, outcome, profile, label } = flags
  const filter: RunFilter = {
    ...(session !== undefined && { sessionId: await idOfSession(session) }),
    ...(parent !== undefined && {
      parentRunId: await findId(hostler, 'run', { text: parent, signal }),
    }),
    ...(state !== undefined && { state }),
    ...(outcome !== undefined && { outcome }),
    ...(profile !== undefined && { profile }),
    ...(label !== undefined && { labels: label }),
  }
  const page = await hostler.runs.list(filter, { ...pageOf(flags), signal })
  if (flags.json === true) printJson(io, page)
  else if (page.items.length === 0) io.stderr.write('there are no such runs\n')
  else
    printTable(
      io,
      runHeadings,
      page.items.map((run) => toRunRow(run, io)),
    )
  if (flags.json !== true) noteMore(io, page)
  return exitCodes.ok

  async function idOfSession(text: string): Promise<string> {
    const id = await findId(hostler, 'session', { text, signal })
    return id.startsWith('key:') ? (await hostler.sessions.get(id, { signal })).id : id
  }
}

/** A list with commas, each of it one of those that there are. */
function collectKnown<Value extends string>(
  known: readonly Value[],
): (text: string, before: Value[] | undefined) => Value[] {
  return (text, before) => {
    const values = text.split(',').map((one) => {
      const value = known.find((candidate) => candidate === one.trim())
      if (value !== undefined) return value
      throw new InvalidArgumentError(`There is no "${one}"${didYouMean(one, known)}.`)
    })
    return [...(before ?? []), ...values]
  }
}
