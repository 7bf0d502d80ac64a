import { Option, type Command } from 'commander'
import type { NewSchedule, OnBusy, Schedule } from '../../client/index.ts'
import { collectPair } from '../run/flag-values.ts'
import type { ServiceFlags } from './server-flags.ts'
import { parsePriority } from './submit-flags.ts'

export type AddScheduleFlags = ServiceFlags & {
  cron: string
  timeZone?: string
  prompt?: string
  file?: string
  session?: string
  key?: string
  profile?: string
  priority?: number
  label?: Record<string, string>
  onBusy?: OnBusy
  review?: true
  overlap?: Schedule['overlap']
  missed?: Schedule['missed']
  paused?: true
}

/** Gives a command the flags of {@link AddScheduleFlags}. */
export function addScheduleFlags(command: Command): Command {
  return command
    .requiredOption('--cron <line>', 'five fields, or six with seconds first: "30 2 * * MON-FRI"')
    .option('--time-zone <zone>', 'an IANA name such as Europe/Berlin (default: UTC)')
    .option('--prompt <text>', 'what is to be done')
    .option('-f, --file <file>', 'read the prompt from a file; - is stdin')
    .option('-s, --session <session>', 'a session: its id, what it begins with, or key:…')
    .option(
      '-k, --key <key>',
      'your own name for it, {at} in it being the time (default: "<name>/{at}", a session each)',
    )
    .option('-p, --profile <name>', 'the profile of new sessions')
    .addOption(
      new Option('--on-busy <how>', 'when the session is at work').choices([
        'queue',
        'interrupt',
        'steer',
      ]),
    )
    .option('--priority <n>', '-100 to 100, higher first', parsePriority)
    .option('-l, --label <name=value>', 'to find its runs by; repeatable', collectPair)
    .option('--review', 'a human looks at each result')
    .addOption(
      new Option(
        '--overlap <how>',
        'when a run of an earlier time is open (default: skip)',
      ).choices(['skip', 'queue', 'replace']),
    )
    .addOption(
      new Option('--missed <how>', 'times that nothing ran at (default: last)').choices([
        'skip',
        'last',
        'all',
      ]),
    )
    .option('--paused', 'do not begin yet')
}

/** What the flags say besides the prompt and the session. */
export function toNewSchedule(
  name: string,
  { flags, submission }: { flags: AddScheduleFlags; submission: NewSchedule['submission'] },
): NewSchedule {
  const { cron, timeZone, overlap, missed, paused, profile, priority, label, onBusy } = flags
  return {
    name,
    cron,
    ...(timeZone !== undefined && { timeZone }),
    ...(overlap !== undefined && { overlap }),
    ...(missed !== undefined && { missed }),
    ...(paused === true && { paused }),
    submission: {
      ...submission,
      ...(profile !== undefined && { profile }),
      ...(priority !== undefined && { priority }),
      ...(label !== undefined && { labels: label }),
      ...(onBusy !== undefined && { onBusy }),
      ...(flags.review === true && { review: true }),
    },
  }
}
