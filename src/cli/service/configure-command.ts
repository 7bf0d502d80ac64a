import type { Command } from 'commander'
import type { SessionChange } from '../../client/index.ts'
import { parseDuration } from '../duration.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { usageError } from '../usage-error.ts'
import { describeSession } from './describe-session.ts'
import { findId } from './find-id.ts'
import { printJson } from './print.ts'
import { addServiceFlags, type ServiceFlags } from './server-flags.ts'
import { withHostler, type Service } from './with-hostler.ts'

type ConfigureFlags = ServiceFlags & { bypass?: number | 'off'; revokeRules?: true; release?: true }

/** `hostler configure`: what humans give a session, and take back. */
export function addConfigureCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('configure')
    .description('let a session do everything for a while, or take back what it was granted')
    .argument('<session>', 'its id, what it begins with, or key:…')
    .option(
      '--bypass <duration|off>',
      'allow all that it asks for so long; its profile must let it',
      (text: string) => (text === 'off' ? text : parseDuration(text)),
    )
    .option('--release', 'let it go on that is in quarantine')
    .option('--revoke-rules', 'take back the rules that were granted for it')
  addServiceFlags(command)
    .addHelpText(
      'after',
      '\nExamples:\n  hostler configure key:nightly --bypass 30m\n  hostler configure key:nightly --bypass off',
    )
    .action(async (text: string, flags: ConfigureFlags) => {
      exit(await withHostler(flags, io, (service) => configure(text, flags, service)))
    })
}

async function configure(text: string, flags: ConfigureFlags, service: Service): Promise<number> {
  const { hostler, io, signal } = service
  const { bypass, revokeRules, release } = flags
  const change: SessionChange = {
    ...(bypass !== undefined && { bypassForMs: bypass === 'off' ? null : bypass }),
    ...(release === true && { quarantined: false as const }),
    ...(revokeRules === true && { grantedRules: [] as const }),
  }
  if (Object.keys(change).length === 0) {
    throw usageError('nothing is to change', 'give --bypass, --release or --revoke-rules')
  }
  const id = await findId(hostler, 'session', { text, signal })
  const session = await hostler.sessions.configure(id, change, { signal })
  if (flags.json === true) printJson(io, session)
  else await describeSession(session, service)
  return exitCodes.ok
}
