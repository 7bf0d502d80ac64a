import type { Command } from 'commander'
import { findAgent, listAgents, stopAgent, type StopReport } from '../../agent/index.ts'
import { dataDirOf } from '../data-dir.ts'
import { formatDuration } from '../duration.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { usageError } from '../usage-error.ts'
import { describeProcesses } from './describe-processes.ts'

const how: Record<StopReport['how'], string> = {
  was_over: 'had ended already',
  closed: 'has left by itself',
  terminated: 'stopped',
  killed: 'killed, as it did not heed SIGTERM',
}

type StopFlags = { all?: true; json?: true; dataDir?: string }

/** `hostler stop`: ends agents, whoever supervises them, with all that they started. */
export function addStopCommand(program: Command, io: Io, exit: (code: number) => void): void {
  program
    .command('stop')
    .description('stop an agent with everything that it started, and prove it')
    .argument('[id]', 'the id of the agent, or what it begins with')
    .option('--all', 'all agents of this data folder that run')
    .option('--json', 'as a JSON array')
    .option('--data-dir <dir>', 'where agents keep their folders')
    .addHelpText('after', '\nExamples:\n  hostler stop 01a1f7ae\n  hostler stop --all')
    .action(async (id: string | undefined, flags: StopFlags) => exit(await stop(id, flags, io)))
}

async function stop(id: string | undefined, flags: StopFlags, io: Io): Promise<number> {
  if ((id === undefined) === (flags.all !== true)) {
    throw usageError('it is not clear what to stop', 'give either the id of an agent, or --all')
  }
  const dataDir = dataDirOf(flags, io)
  const ids =
    id === undefined
      ? (await listAgents(dataDir)).filter((one) => one.state === 'running').map((one) => one.id)
      : [(await findAgent(dataDir, id)).id]
  const reports = await Promise.all(
    ids.map(async (one) => ({ id: one, ...(await stopAgent(dataDir, one)) })),
  )
  if (flags.json === true) io.stdout.write(`${JSON.stringify(reports, null, 2)}\n`)
  else {
    if (reports.length === 0) io.stderr.write('no agent is running\n')
    for (const report of reports) {
      io.stdout.write(`${report.id}  ${how[report.how]} (${formatDuration(report.durationMs)})\n`)
      for (const line of describeProcesses(report)) io.stdout.write(`  ${line}\n`)
    }
  }
  return reports.some(({ survivors }) => survivors.length > 0) ? exitCodes.failed : exitCodes.ok
}
