import { Option, type Command } from 'commander'
import type { Schedule, ScheduleChange } from '../../client/index.ts'
import { usageError } from '../usage-error.ts'
import type { ServiceFlags } from './server-flags.ts'
import { readTask } from './to-submission.ts'
import type { Service } from './with-hostler.ts'

export type ChangeScheduleFlags = ServiceFlags & {
  name?: string
  cron?: string
  timeZone?: string
  prompt?: string
  file?: string
  overlap?: Schedule['overlap']
  missed?: Schedule['missed']
}

/** Gives a command the flags of {@link ChangeScheduleFlags}. */
export function addChangeFlags(command: Command): Command {
  return command
    .option('--name <name>', 'another name')
    .option('--cron <line>', 'other times')
    .option('--time-zone <zone>', 'an IANA name such as Europe/Berlin')
    .option('--prompt <text>', 'what is to be done from now on')
    .option('-f, --file <file>', 'read the prompt from a file; - is stdin')
    .addOption(
      new Option('--overlap <how>', 'when a run of an earlier time is open').choices([
        'skip',
        'queue',
        'replace',
      ]),
    )
    .addOption(
      new Option('--missed <how>', 'times that nothing ran at').choices(['skip', 'last', 'all']),
    )
}

/** Changes what the flags say, and nothing else of it. @throws usage */
export async function changeSchedule(
  id: string,
  flags: ChangeScheduleFlags,
  { hostler, io, signal }: Service,
): Promise<Schedule> {
  const { name, cron, timeZone, overlap, missed, prompt: text, file } = flags
  const change: ScheduleChange = {
    ...(name !== undefined && { name }),
    ...(cron !== undefined && { cron }),
    ...(timeZone !== undefined && { timeZone }),
    ...(overlap !== undefined && { overlap }),
    ...(missed !== undefined && { missed }),
  }
  if (text !== undefined || file !== undefined) {
    const { prompt } = await readTask(text === undefined ? [] : [text], { io, file })
    const { submission } = await hostler.schedules.get(id, { signal })
    change.submission = { ...submission, prompt }
  }
  if (Object.keys(change).length === 0) {
    throw usageError('nothing is to be changed', 'give --cron, --prompt or another flag')
  }
  return await hostler.schedules.update(id, change, { signal })
}
