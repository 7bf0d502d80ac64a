import type { Command } from 'commander'
import type { Run } from '../../client/index.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { usageError } from '../usage-error.ts'
import { describeState } from './describe.ts'
import { findId } from './find-id.ts'
import { printJson } from './print.ts'
import { addServiceFlags, type ServiceFlags } from './server-flags.ts'
import { withHostler, type Service } from './with-hostler.ts'

const runArgument = 'its id, or what it begins with'

/** `hostler accept` and `hostler reject`: what becomes of a result that somebody has looked at. */
export function addReviewCommands(program: Command, io: Io, exit: (code: number) => void): void {
  const accept = program
    .command('accept')
    .description('let the result of a run that waits for a review stand')
    .argument('<run>', runArgument)
  addServiceFlags(accept).action(async (text: string, flags: ServiceFlags) => {
    const code = await withHostler(flags, io, async (service) => {
      const id = await idOf(text, service)
      const run = await service.hostler.runs.accept(id, { signal: service.signal })
      return print(run, flags, { io, done: describeState(run) })
    })
    exit(code)
  })

  const reject = program
    .command('reject')
    .description('send a result back: the run goes on in its conversation with your comment')
    .argument('<run>', runArgument)
    .argument('<comment...>', 'what is to be done otherwise')
  addServiceFlags(reject)
    .addHelpText(
      'after',
      `
Examples:
  hostler submit --review --key blog "write the announcement"
  hostler reject 01a1f7ae-9b2c "half as long, and name the version"
  hostler accept 01a1f7ae-9b2c`,
    )
    .action(async (text: string, words: string[], flags: ServiceFlags) => {
      const comment = words.join(' ').trim()
      if (comment === '')
        throw usageError('the comment is empty', 'say what is to be done otherwise')
      const code = await withHostler(flags, io, async (service) => {
        const id = await idOf(text, service)
        const run = await service.hostler.runs.reject(id, { comment, signal: service.signal })
        return print(run, flags, { io, done: 'sent back' })
      })
      exit(code)
    })
}

async function idOf(text: string, { hostler, signal }: Service): Promise<string> {
  return await findId(hostler, 'run', { text, signal })
}

function print(run: Run, flags: ServiceFlags, { io, done }: { io: Io; done: string }): number {
  if (flags.json === true) printJson(io, run)
  else io.stdout.write(`${run.id}  ${done}\n`)
  return exitCodes.ok
}
