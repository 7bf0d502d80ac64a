import type { Command } from 'commander'
import type { Session, SessionFilter } from '../../client/index.ts'
import { exitCodes } from '../exit-codes.ts'
import { formatCost } from '../figures.ts'
import type { Io } from '../io.ts'
import { collectPair } from '../run/flag-values.ts'
import { ageOf, describeActivity } from './describe.ts'
import { describeSession } from './describe-session.ts'
import { findId } from './find-id.ts'
import { addPageFlags, noteMore, pageOf, type PageFlags } from './page-flags.ts'
import { printJson, printTable, shownId } from './print.ts'
import { addServiceFlags, type ServiceFlags } from './server-flags.ts'
import { withHostler, type Service } from './with-hostler.ts'

const headings = ['SESSION', 'STATE', 'PROFILE', 'RUNS', 'COST', 'ACTIVE', 'KEY OR TITLE']

type SessionsFlags = ServiceFlags &
  PageFlags & {
    search?: string
    profile?: string
    label?: Record<string, string>
    busy?: true
    archived?: true
  }

/** `hostler sessions`, and `hostler sessions show`. */
export function addSessionsCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('sessions')
    .description('list the sessions of the daemon')
    .option('--search <words>', 'in keys, titles, labels and prompts')
    .option('-p, --profile <name>', 'only those of this profile')
    .option('-l, --label <name=value>', 'only those with this label; repeatable', collectPair)
    .option('--busy', 'only those with a run under way or in the queue')
    .option('--archived', 'only those that are archived; else only those that are not')
  addServiceFlags(addPageFlags(command))
  command
    .addHelpText(
      'after',
      `
Examples:
  hostler sessions --search changelog
  hostler sessions --busy --json | jq -r '.items[].id'
  hostler sessions show key:nightly`,
    )
    .action(async (flags: SessionsFlags) => {
      exit(await withHostler(flags, io, (service) => list(flags, service)))
    })
  addServiceFlags(
    command
      .command('show')
      .description('all about one session')
      .argument('<session>', 'its id, what it begins with, or key:…'),
  ).action(async (text: string, _flags: ServiceFlags, own: Command) => {
    const flags: ServiceFlags = own.optsWithGlobals()
    exit(await withHostler(flags, io, (service) => show(text, flags, service)))
  })
}

async function list(flags: SessionsFlags, { hostler, io, signal }: Service): Promise<number> {
  const page = await hostler.sessions.list(toFilter(flags), { ...pageOf(flags), signal })
  if (flags.json === true) printJson(io, page)
  else if (page.items.length === 0) io.stderr.write('there are no such sessions\n')
  else
    printTable(
      io,
      headings,
      page.items.map((one) => toRow(one, io)),
    )
  if (flags.json !== true) noteMore(io, page)
  return exitCodes.ok
}

function toFilter({ search, profile, label, busy, archived }: SessionsFlags): SessionFilter {
  return {
    ...(search !== undefined && { search }),
    ...(profile !== undefined && { profile }),
    ...(label !== undefined && { labels: label }),
    ...(busy === true && { busy }),
    state: archived === true ? 'archived' : 'active',
  }
}

function toRow(session: Session, io: Io): string[] {
  const { id, profile, totals, updatedAt, key, title } = session
  return [
    shownId(id, io),
    describeActivity(session),
    profile,
    String(totals.runs),
    formatCost(totals.costUsd),
    `${ageOf(updatedAt)} ago`,
    [key, title].filter((one) => one !== null).join(' · ') || '-',
  ]
}

async function show(text: string, flags: ServiceFlags, service: Service): Promise<number> {
  const { hostler, io, signal } = service
  const id = await findId(hostler, 'session', { text, signal })
  const session = await hostler.sessions.get(id, { signal })
  if (flags.json === true) printJson(io, session)
  else await describeSession(session, service)
  return exitCodes.ok
}
