import type { Command } from 'commander'
import type { Schedule } from '../../client/index.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { usageError } from '../usage-error.ts'
import { addChangeFlags, changeSchedule, type ChangeScheduleFlags } from './change-schedule.ts'
import { describeSchedule, inZones } from './describe-schedule.ts'
import { isWhole } from './find-id.ts'
import { printJson } from './print.ts'
import { addScheduleFlags, toNewSchedule, type AddScheduleFlags } from './schedule-flags.ts'
import { addServiceFlags, type ServiceFlags } from './server-flags.ts'
import { readTask, sessionOf } from './to-submission.ts'
import { withHostler, type Service } from './with-hostler.ts'

const shownFirings = 10

/** `hostler schedule add|show|change|pause|resume|run|remove`. */
export function addScheduleCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const schedule = program
    .command('schedule')
    .description('submit by the clock: add, show, change, pause, resume, run now, remove')
    .addHelpText(
      'after',
      `
Examples:
  hostler schedule add nightly --cron "30 2 * * *" --time-zone Europe/Berlin --prompt "Update the dependencies."
  hostler schedule show nightly
  hostler schedule change nightly --cron "30 3 * * *"
  hostler schedule run nightly`,
    )

  const add = addServiceFlags(
    addScheduleFlags(
      schedule
        .command('add')
        .description('make a schedule')
        .argument('<name>', 'your own name for it'),
    ),
  )
  add.action(async (name: string, flags: AddScheduleFlags) => {
    exit(await withHostler(flags, io, (service) => addSchedule(name, flags, service)))
  })

  const change = addServiceFlags(
    addChangeFlags(
      schedule
        .command('change')
        .description('give it other times, another prompt, or another name')
        .argument('<schedule>', 'its name, or its id'),
    ),
  )
  change.action(async (text: string, flags: ChangeScheduleFlags) => {
    const code = await withHostler(flags, io, async (service) => {
      tell(await changeSchedule(toId(text), flags, service), io, flags)
      return exitCodes.ok
    })
    exit(code)
  })

  function act(
    name: string,
    description: string,
    work: (id: string, service: Service, flags: ServiceFlags) => Promise<void>,
  ): void {
    const command = schedule
      .command(name)
      .description(description)
      .argument('<schedule>', 'its name, or its id')
    addServiceFlags(command).action(async (text: string, flags: ServiceFlags) => {
      const code = await withHostler(flags, io, async (service) => {
        await work(toId(text), service, flags)
        return exitCodes.ok
      })
      exit(code)
    })
  }

  act('show', 'a schedule, its next times, and what became of the last ones', show)
  act('pause', 'let it rest; times that pass meanwhile are not missed', async (id, one, flags) =>
    tell(await one.hostler.schedules.update(id, { paused: true }, one), io, flags),
  )
  act('resume', 'let it go on', async (id, one, flags) =>
    tell(await one.hostler.schedules.update(id, { paused: false }, one), io, flags),
  )
  act('run', 'submit what it does now; its own times stay', async (id, one, flags) => {
    const run = await one.hostler.schedules.run(id, one)
    if (flags.json === true) printJson(io, run)
    else io.stdout.write(`${run.id}\n`)
  })
  act('remove', 'end it; its runs stay', async (id, one, flags) => {
    await one.hostler.schedules.delete(id, one)
    if (flags.json !== true) io.stdout.write('removed\n')
  })
}

function toId(text: string): string {
  return isWhole(text, 'run') ? text : `name:${text}`
}

async function addSchedule(
  name: string,
  flags: AddScheduleFlags,
  { hostler, io, signal }: Service,
): Promise<number> {
  const { session, key, prompt: text, file } = flags
  if (session !== undefined && key !== undefined) {
    throw usageError('--session and --key both name a session', 'give one of them')
  }
  if (text === undefined && file === undefined) {
    throw usageError('there is no prompt', 'give --prompt, or --file')
  }
  const { prompt } = await readTask(text === undefined ? [] : [text], { io, file })
  const target =
    session === undefined
      ? { key: key ?? `${name}/{at}` }
      : await sessionOf(hostler, { text: session, signal })
  const given = toNewSchedule(name, { flags, submission: { ...target, prompt } })
  tell(await hostler.schedules.create(given, { signal }), io, flags)
  return exitCodes.ok
}

async function show(
  id: string,
  { hostler, io, signal }: Service,
  { json }: ServiceFlags,
): Promise<void> {
  const schedule = await hostler.schedules.get(id, { signal })
  const page = { limit: shownFirings, signal }
  const { items: firings } = await hostler.schedules.firings(schedule.id, page)
  if (json === true) printJson(io, { schedule, firings })
  else describeSchedule(schedule, { io, firings })
}

function tell(schedule: Schedule, io: Io, { json }: ServiceFlags): void {
  if (json === true) {
    printJson(io, schedule)
    return
  }
  const [next] = schedule.nextAt
  const when = next === undefined ? schedule.state : `next ${inZones(next, schedule.timeZone)}`
  io.stdout.write(`${schedule.name}  ${when}\n`)
}
