import type { Command } from 'commander'
import type { Account } from '../../client/index.ts'
import { exitCodes } from '../exit-codes.ts'
import { countOf } from '../figures.ts'
import type { Io } from '../io.ts'
import { usageError } from '../usage-error.ts'
import { describeAccountState } from './describe-account.ts'
import { printJson, printTable } from './print.ts'
import { addServiceFlags, type ServiceFlags } from './server-flags.ts'
import { withHostler, type Service } from './with-hostler.ts'

const headings = ['ACCOUNT', 'STATE', 'HELD', 'PROFILES', 'WHY']

/** `hostler accounts` and `hostler accounts resume`. */
export function addAccountsCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const accounts = program
    .command('accounts')
    .description('the logins of Claude that profiles use, and what keeps their runs from starting')
    .addHelpText(
      'after',
      '\nExamples:\n  hostler accounts\n  hostler accounts resume oauth_token-5f0c',
    )
  addServiceFlags(accounts).action(async (flags: ServiceFlags) => {
    exit(await withHostler(flags, io, (service) => list(flags, service)))
  })
  const resume = accounts
    .command('resume')
    .description('let runs start with a login again, after it was mended')
    .argument('<account>', 'its id, or what it begins with')
  addServiceFlags(resume).action(async (text: string, _flags: ServiceFlags, command: Command) => {
    const flags: ServiceFlags = command.optsWithGlobals()
    const code = await withHostler(flags, io, async ({ hostler, signal }) => {
      const id = findAccount(await hostler.accounts.list({ signal }), text)
      const account = await hostler.accounts.resume(id, { signal })
      if (flags.json === true) printJson(io, account)
      else io.stdout.write(`${account.id}  ${describeAccountState(account)}\n`)
      return exitCodes.ok
    })
    exit(code)
  })
}

async function list(flags: ServiceFlags, { hostler, io, signal }: Service): Promise<number> {
  const accounts = await hostler.accounts.list({ signal })
  if (flags.json === true) printJson(io, accounts)
  else if (accounts.length === 0) io.stderr.write('no profile has a login\n')
  else printTable(io, headings, accounts.map(toRow))
  return exitCodes.ok
}

function toRow(account: Account): string[] {
  const { id, heldRuns, profiles, reason } = account
  const names = profiles.length === 0 ? '-' : profiles.join(', ')
  const held = heldRuns === 0 ? '-' : countOf(heldRuns, 'run')
  return [id, describeAccountState(account), held, names, reason ?? '-']
}

function findAccount(accounts: readonly Account[], text: string): string {
  const found = accounts.filter(({ id }) => id.startsWith(text))
  const [first, second] = found
  if (first !== undefined && second === undefined) return first.id
  const problem = first === undefined ? 'no account begins' : 'several accounts begin'
  throw usageError(`${problem} with "${text}"`, 'hostler accounts lists those there are')
}
