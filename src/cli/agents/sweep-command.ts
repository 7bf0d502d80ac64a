import type { Command } from 'commander'
import { sweepAgents } from '../../agent/index.ts'
import { dataDirOf } from '../data-dir.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { describeProcesses } from './describe-processes.ts'

/** `hostler sweep`: ends what agents that have ended have left behind. */
export function addSweepCommand(program: Command, io: Io, exit: (code: number) => void): void {
  program
    .command('sweep')
    .description('end what an unclean end of agents has left; running agents are left alone')
    .option('--json', 'as a JSON object')
    .option('--data-dir <dir>', 'where agents keep their folders')
    .addHelpText('after', '\nExamples:\n  hostler sweep\n  hostler sweep --json')
    .action(async (flags: { json?: true; dataDir?: string }) => {
      const report = await sweepAgents(dataDirOf(flags, io))
      if (flags.json === true) io.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
      else {
        const lines = describeProcesses(report)
        for (const line of lines) io.stdout.write(`${line}\n`)
        if (lines.length === 0) io.stdout.write('nothing was left behind\n')
      }
      exit(report.survivors.length > 0 ? exitCodes.failed : exitCodes.ok)
    })
}
