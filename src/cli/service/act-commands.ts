import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { collectPair } from '../run/flag-values.ts'
import { describeActivity, describeState } from './describe.ts'
import { findId } from './find-id.ts'
import { printJson } from './print.ts'
import { addServiceFlags, type ServiceFlags } from './server-flags.ts'
import { withHostler, type Service } from './with-hostler.ts'

/** `hostler cancel` and `hostler retry`. */
export function addRunActions(program: Command, io: Io, exit: (code: number) => void): void {
  function add(
    name: 'cancel' | 'retry',
    description: string,
    act: (id: string, service: Service) => ReturnType<Service['hostler']['runs']['cancel']>,
  ): void {
    addServiceFlags(
      program
        .command(name)
        .description(description)
        .argument('<run>', 'its id, or what it begins with'),
    ).action(async (text: string, flags: ServiceFlags) => {
      const code = await withHostler(flags, io, async (service) => {
        const { hostler, signal } = service
        const run = await act(await findId(hostler, 'run', { text, signal }), service)
        if (flags.json === true) printJson(io, run)
        else io.stdout.write(`${run.id}  ${describeState(run)}\n`)
        return exitCodes.ok
      })
      exit(code)
    })
  }
  add(
    'cancel',
    'end a run: a queued one at once, a running one as its turn is stopped',
    (id, one) => one.hostler.runs.cancel(id, { signal: one.signal }),
  )
  add('retry', 'run the prompt of an ended run again', (id, one) =>
    one.hostler.runs.retry(id, { signal: one.signal }),
  )
}

type ForkFlags = ServiceFlags & {
  key?: string
  title?: string
  label?: Record<string, string>
  afterRun?: string
}

/** `hostler fork` and `hostler archive`. */
export function addSessionActions(program: Command, io: Io, exit: (code: number) => void): void {
  const fork = program
    .command('fork')
    .description('a new session that knows the conversation so far')
    .argument('<session>', 'its id, what it begins with, or key:…')
    .option('-k, --key <key>', 'your own name for the new one')
    .option('--title <title>', 'what it is about')
    .option('-l, --label <name=value>', 'to find it by; repeatable', collectPair)
    .option('--after-run <run>', 'branch off after this run, not at the end')
  addServiceFlags(fork).action(async (text: string, flags: ForkFlags) => {
    const code = await withHostler(flags, io, async ({ hostler, signal }) => {
      const id = await findId(hostler, 'session', { text, signal })
      const { key, title, label, afterRun } = flags
      const after =
        afterRun === undefined ? null : await findId(hostler, 'run', { text: afterRun, signal })
      const session = await hostler.sessions.fork(
        id,
        {
          ...(key !== undefined && { key }),
          ...(title !== undefined && { title }),
          ...(label !== undefined && { labels: label }),
          ...(after !== null && { afterRun: after }),
        },
        { signal },
      )
      if (flags.json === true) printJson(io, session)
      else io.stdout.write(`${session.id}\n`)
      return exitCodes.ok
    })
    exit(code)
  })

  const archive = program
    .command('archive')
    .description('cancel what is open in a session, and take no more for it')
    .argument('<session>', 'its id, what it begins with, or key:…')
  addServiceFlags(archive).action(async (text: string, flags: ServiceFlags) => {
    const code = await withHostler(flags, io, async ({ hostler, signal }) => {
      const id = await findId(hostler, 'session', { text, signal })
      const session = await hostler.sessions.archive(id, { signal })
      if (flags.json === true) printJson(io, session)
      else io.stdout.write(`${session.id}  ${describeActivity(session)}\n`)
      return exitCodes.ok
    })
    exit(code)
  })
}
