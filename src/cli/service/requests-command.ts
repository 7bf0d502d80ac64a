import { Option, type Command } from 'commander'
import type { RequestFilter, StoredRequest } from '../../client/index.ts'
import { clock } from '../clock.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { describeSuggestion } from '../terminal/describe-suggestions.ts'
import { safeLine } from '../terminal/safe-text.ts'
import { ageOf, describeRequest } from './describe.ts'
import { findId } from './find-id.ts'
import { addPageFlags, noteMore, pageOf, type PageFlags } from './page-flags.ts'
import { printJson, printTable, shownId } from './print.ts'
import { addServiceFlags, type ServiceFlags } from './server-flags.ts'
import { withHostler, type Service } from './with-hostler.ts'

const headings = ['REQUEST', 'STATE', 'KIND', 'SESSION', 'AGE', 'EXPIRES', 'WHAT']

type RequestsFlags = ServiceFlags &
  PageFlags & { run?: string; state: NonNullable<RequestFilter['state']> | 'all' }

/** `hostler requests`: what waits for a human. */
export function addRequestsCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('requests')
    .description('list what agents ask and wait for')
    .option('--run <run>', 'only those of this run')
    .addOption(
      new Option('--state <state>', 'only those in this state')
        .choices(['open', 'answered', 'expired', 'withdrawn', 'all'])
        .default('open'),
    )
  addServiceFlags(addPageFlags(command))
    .addHelpText('after', '\nExamples:\n  hostler requests\n  hostler requests --state all --json')
    .action(async (flags: RequestsFlags) => {
      exit(await withHostler(flags, io, (service) => list(flags, service)))
    })
}

async function list(flags: RequestsFlags, { hostler, io, signal }: Service): Promise<number> {
  const { run, state } = flags
  const filter: RequestFilter = {
    ...(run !== undefined && { runId: await findId(hostler, 'run', { text: run, signal }) }),
    ...(state !== 'all' && { state }),
  }
  const page = await hostler.requests.list(filter, { ...pageOf(flags), signal })
  if (flags.json === true) printJson(io, page)
  else if (page.items.length === 0) io.stderr.write('nobody is asked anything\n')
  else
    printTable(
      io,
      headings,
      page.items.map((one) => toRow(one, io)),
    )
  if (flags.json !== true) printRules(io, page.items)
  if (flags.json !== true) noteMore(io, page)
  return exitCodes.ok
}

/** What `hostler answer --rule <n>` may be given. */
function printRules(io: Io, items: readonly StoredRequest[]): void {
  for (const { id, state, request } of items) {
    if (state !== 'open' || request.kind !== 'permission') continue
    for (const [index, one] of request.suggestions.entries()) {
      const rule = safeLine(describeSuggestion(one))
      io.stdout.write(`${shownId(id, io)}  rule ${index + 1}: ${rule}\n`)
    }
  }
}

function toRow(stored: StoredRequest, io: Io): string[] {
  return [
    shownId(stored.id, io),
    stored.state,
    stored.kind,
    stored.sessionKey ?? shownId(stored.sessionId, io),
    ageOf(stored.openedAt),
    stored.expiresAt === null ? '-' : clock(stored.expiresAt),
    describeRequest(stored),
  ]
}
