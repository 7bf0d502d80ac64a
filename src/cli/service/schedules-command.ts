import { Option, type Command } from 'commander'
import type { Schedule } from '../../client/index.ts'
import { clock } from '../clock.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { describePrompt } from './describe.ts'
import { addPageFlags, noteMore, pageOf, type PageFlags } from './page-flags.ts'
import { printJson, printTable } from './print.ts'
import { addServiceFlags, type ServiceFlags } from './server-flags.ts'
import { withHostler } from './with-hostler.ts'

const headings = ['SCHEDULE', 'STATE', 'CRON', 'ZONE', 'NEXT', 'LAST', 'PROMPT']

type SchedulesFlags = ServiceFlags & PageFlags & { state?: Schedule['state'] }

/** `hostler schedules`: what is submitted by the clock. */
export function addSchedulesCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('schedules')
    .description('list what is submitted by the clock; times are this machine’s')
    .addOption(
      new Option('--state <state>', 'only those in this state').choices(['active', 'paused']),
    )
  addServiceFlags(addPageFlags(command)).action(async (flags: SchedulesFlags) => {
    const code = await withHostler(flags, io, async ({ hostler, signal }) => {
      const { state } = flags
      const filter = state === undefined ? {} : { state }
      const page = await hostler.schedules.list(filter, { ...pageOf(flags), signal })
      if (flags.json === true) printJson(io, page)
      else if (page.items.length === 0) io.stderr.write('there are no schedules\n')
      else printTable(io, headings, page.items.map(toRow))
      if (flags.json !== true) noteMore(io, page)
      return exitCodes.ok
    })
    exit(code)
  })
}

function toRow(schedule: Schedule): string[] {
  const [next] = schedule.nextAt
  const { name, state, cron, timeZone, lastAt } = schedule
  return [
    name,
    state,
    cron,
    timeZone,
    next === undefined ? '-' : clock(next),
    lastAt === null ? '-' : clock(lastAt),
    describePrompt(schedule.submission.prompt),
  ]
}
