import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import type { PlaceFlags } from '../config/read-flags.ts'
import { usageError } from '../usage-error.ts'
import { didYouMean } from '../../util/suggest.ts'
import { printJson, printTable } from './print.ts'

type Flags = PlaceFlags & { profile?: string; json?: true }

const headings = ['OUTCOME', 'WHAT FOLLOWS', 'WHY']

/** `hostler outcomes`: what follows from each, for a profile or where none says otherwise. */
export function addOutcomesCommand(program: Command, io: Io, exit: (code: number) => void): void {
  program
    .command('outcomes')
    .description('what follows from each outcome of a run')
    .option('-p, --profile <name>', 'as this profile of hostler.yaml has it')
    .option('--config <file>', 'the file; default: HOSTLER_CONFIG, or where hostler looks for it')
    .option('--data-dir <dir>', 'where hostler keeps its data')
    .option('--json', 'as JSON')
    .action(async (flags: Flags) => {
      // What reads the configuration is loaded when it is asked for.
      const { outcomesOf } = await import('../../service/outcomes/outcomes-of.ts')
      const rows = outcomesOf(await findProfile(flags, io))
      if (flags.json === true) printJson(io, rows)
      else
        printTable(
          io,
          headings,
          rows.map(({ outcome, follows, why }) => [outcome, follows, why]),
        )
      exit(exitCodes.ok)
    })
}

async function findProfile({ profile: name, ...flags }: Flags, io: Io) {
  if (name === undefined) return {}
  const { readFlags } = await import('../config/read-flags.ts')
  const { profiles } = readFlags(flags, io).configuration
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined
  if (profile !== undefined) return profile
  const known = Object.keys(profiles)
  const cure = `there are ${known.join(', ')}${didYouMean(name, known)}`
  throw usageError(`--profile: there is no profile "${name}"`, cure)
}
