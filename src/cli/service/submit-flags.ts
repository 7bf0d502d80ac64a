import { InvalidArgumentError, Option, type Command } from 'commander'
import type { OnBusy, OnDependencyFailure } from '../../client/index.ts'
import { parseDuration } from '../duration.ts'
import { collect, collectPair } from '../run/flag-values.ts'
import { addServiceFlags, type ServiceFlags } from './server-flags.ts'

export type SubmitFlags = ServiceFlags & {
  file?: string
  attach?: string[]
  session?: string
  key?: string
  profile?: string
  priority?: number
  delay?: number
  label?: Record<string, string>
  idempotencyKey?: string
  onBusy?: OnBusy
  after?: string[]
  onDependencyFailure?: OnDependencyFailure
  review?: true
  batch?: string
  batchId?: string
  concurrency?: number
  follow?: true
  wait?: number
  verbose?: true
}

/** Gives a command the flags of {@link SubmitFlags}. */
export function addSubmitFlags(command: Command): void {
  command.optionsGroup('Prompt:')
  command.option('-f, --file <file>', 'read the prompt from a file; - is stdin')
  command.option('-a, --attach <file>', 'send a file with it; repeatable', collect)
  command.optionsGroup('Where it goes (by itself into a new session):')
  command.option('-s, --session <session>', 'a session: its id, what it begins with, or key:…')
  command.option('-k, --key <key>', 'your own name for it; a new one makes the session')
  command.option('-p, --profile <name>', 'the profile of a new session')
  command.addOption(
    new Option('--on-busy <how>', 'when the session is at work').choices([
      'queue',
      'interrupt',
      'steer',
    ]),
  )
  command.option('--priority <n>', '-100 to 100, higher first', parsePriority)
  command.option(
    '--delay <duration>',
    'not before so long from now, e.g. 90s or 10m',
    parseDuration,
  )
  command.option('-l, --label <name=value>', 'to find it by; repeatable', collectPair)
  command.option('--idempotency-key <key>', 'submitted twice under this key, it runs once')
  command.option('--after <run>', 'only when this run has ended; repeatable', collect)
  command.addOption(
    new Option('--on-dependency-failure <how>', 'when such a run does not succeed').choices([
      'fail',
      'skip',
      'run',
    ]),
  )
  command.option('--review', 'somebody accepts or rejects its result before it counts')
  command.optionsGroup('Many at once:')
  command.option('--batch <file>', 'a YAML list, or a line of JSON for each run; - is stdin')
  command.option('--batch-id <id>', 'submitted twice under this id, each runs once', parseBatchId)
  command.option('--concurrency <n>', 'with --follow: so many open at once at most', parseCount)
  command.optionsGroup('What comes of it:')
  command.option('--follow', 'show the run to its end, and ask what it asks')
  command.option('--wait <duration>', 'wait for its end, but not longer', parseDuration)
  command.option('-v, --verbose', 'with --follow: show thinking and what tools give back')
  addServiceFlags(command)
}

/** It is part of keys and a label. */
function parseBatchId(text: string): string {
  if (/^[\w.-]{1,80}$/.test(text)) return text
  throw new InvalidArgumentError('Give up to 80 letters, digits, ".", "-" and "_".')
}

function parseCount(text: string): number {
  const value = Number(text)
  if (/^\d{1,6}$/.test(text) && value > 0) return value
  throw new InvalidArgumentError('Give a whole number from 1.')
}

/**
 * A priority as it is typed.
 * @throws InvalidArgumentError
 */
export function parsePriority(text: string): number {
  const value = Number(text)
  if (/^[+-]?\d+$/.test(text) && Math.abs(value) <= 100) return value
  throw new InvalidArgumentError('Give a whole number from -100 to 100.')
}
