import type { Command } from 'commander'
import { listAgents, type AgentStatus } from '../../agent/index.ts'
import { dataDirOf } from '../data-dir.ts'
import { formatDuration } from '../duration.ts'
import { exitCodes } from '../exit-codes.ts'
import { formatBytes } from '../figures.ts'
import type { Io } from '../io.ts'
import { printTable, shownId } from '../service/print.ts'

const headings = ['AGENT', 'STATE', 'SUPERVISED BY', 'SESSION', 'AGE', 'LOG', 'FOLDER']

/** `hostler agents`: what runs, what ran, and who looks after it. */
export function addAgentsCommand(program: Command, io: Io, exit: (code: number) => void): void {
  program
    .command('agents')
    .description('list the agents of this data folder')
    .option('--json', 'as a JSON array')
    .option('--data-dir <dir>', 'where agents keep their folders')
    .addHelpText(
      'after',
      `
Examples:
  hostler agents
  hostler agents --json | jq -r '.[] | select(.state == "running" and .supervisedBy == null) | .id'`,
    )
    .action(async (flags: { json?: true; dataDir?: string }) => {
      const dataDir = dataDirOf(flags, io)
      const agents = await listAgents(dataDir)
      if (flags.json === true) io.stdout.write(`${JSON.stringify(agents, null, 2)}\n`)
      else if (agents.length === 0) io.stderr.write(`there are no agents in ${dataDir}\n`)
      else {
        const now = Date.now()
        printTable(
          io,
          headings,
          agents.map((one) => toRow(one, { now, io })),
        )
      }
      exit(exitCodes.ok)
    })
}

function toRow(agent: AgentStatus, { now, io }: { now: number; io: Io }): string[] {
  const { id, state, supervisedBy, sessionId, startedAt, logBytes, cwd, problem } = agent
  const supervisor = supervisedBy === null ? 'nobody' : `process ${supervisedBy}`
  return [
    shownId(id, io),
    state === 'ended' && agent.exit?.code != null ? `ended (${agent.exit.code})` : state,
    state === 'running' ? supervisor : '-',
    sessionId ?? '-',
    startedAt === null ? '-' : formatDuration(now - startedAt),
    formatBytes(logBytes),
    problem ?? cwd ?? '-',
  ]
}
