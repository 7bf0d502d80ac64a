import type { Command } from 'commander'
import type { Run } from '../../client/index.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { parseWhole } from '../run/flag-values.ts'
import { safeLine } from '../terminal/safe-text.ts'
import { createScreen } from '../terminal/screen.ts'
import { usageError } from '../usage-error.ts'
import { findId } from './find-id.ts'
import { followRawLog } from './raw-log.ts'
import { createRunReporter } from './run-reporter.ts'
import { addServiceFlags, type ServiceFlags } from './server-flags.ts'
import { withHostler, type Service } from './with-hostler.ts'

export type LogsFlags = ServiceFlags & {
  follow?: true
  raw?: true
  attempt?: number
  verbose?: true
}

/** `hostler logs`: what a run has said and done. */
export function addLogsCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('logs')
    .description('what a run has said and done')
    .argument('<run>', 'its id, or what it begins with')
    .option('-f, --follow', 'go on until the run ends')
    .option('--raw', 'what claude wrote, byte for byte')
    .option('--attempt <n>', 'with --raw: of this attempt, not the last one', parseWhole)
    .option('-v, --verbose', 'show thinking and what tools give back')
  addServiceFlags(command)
    .addHelpText(
      'after',
      `
Examples:
  hostler logs -f 01a1f7ae-9b2c-7d3e
  hostler logs --json 01a1f7ae-9b2c-7d3e | jq -c .type
  hostler logs --raw --attempt 1 01a1f7ae-9b2c-7d3e > out.jsonl

With --json each event is one line. Ctrl-C leaves the run as it is.`,
    )
    .action(async (text: string, flags: LogsFlags) => {
      if (flags.attempt !== undefined && flags.raw !== true) {
        throw usageError('--attempt is for --raw', 'add --raw, or leave it out')
      }
      exit(await withHostler(flags, io, (service) => showLog(text, flags, service)))
    })
}

async function showLog(text: string, flags: LogsFlags, service: Service): Promise<number> {
  const { hostler, signal } = service
  const id = await findId(hostler, 'run', { text, signal })
  const run = await hostler.runs.get(id, { signal })
  if (flags.raw === true) await followRawLog(run, flags, service)
  else await showEvents(run, flags, service)
  return exitCodes.ok
}

async function showEvents(run: Run, flags: LogsFlags, service: Service): Promise<void> {
  const { hostler, io, signal } = service
  const isJson = flags.json === true
  const screen = createScreen(io, { isQuiet: isJson })
  service.onReconnect((problem) => {
    screen.note(screen.paint.dim(`· connecting again: ${safeLine(problem)}`))
  })
  const isFollowing = flags.follow === true && run.endedAt === null
  try {
    const reporter = createRunReporter(isJson ? 'stream-json' : 'text', {
      io,
      screen,
      isVerbose: flags.verbose === true,
    })
    if (isFollowing) reporter.begin(run.state)
    let isOver = false
    const events = hostler.sessions.events(run.sessionId, {
      signal,
      transient: isFollowing,
      ...(!isFollowing && { until: 'now' }),
    })
    for await (const event of events) {
      if (event.runId !== run.id) continue
      reporter.event(event)
      isOver = event.type === 'run_ended'
      if (isOver) break
    }
    screen.setStatus(null)
    if (isOver && !isJson) reporter.end(await hostler.runs.get(run.id, { signal }), null)
  } finally {
    screen.close()
  }
}
