import type { Command } from 'commander'
import type { Run, Status } from '../../client/index.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { createPaint } from '../terminal/paint.ts'
import { columnsOf, printJson } from './print.ts'
import { addServiceFlags, type ServiceFlags } from './server-flags.ts'
import { statusLines } from './status-lines.ts'
import { watchStatus } from './watch-status.ts'
import { withHostler, type Service } from './with-hostler.ts'

const shownRuns = 50

type StatusFlags = ServiceFlags & { once?: true }

/** `hostler status`: once, or on a terminal for as long as somebody looks. */
export function addStatusCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('status')
    .description('how things stand: workers, queue, what runs; live on a terminal')
    .option('--once', 'show it once, on a terminal too')
  addServiceFlags(command).action(async (flags: StatusFlags) => {
    exit(await withHostler(flags, io, (service) => show(flags, service)))
  })
}

async function show(flags: StatusFlags, service: Service): Promise<number> {
  const { io } = service
  if (flags.json === true) {
    printJson(io, await service.hostler.status({ signal: service.signal }))
    return exitCodes.ok
  }
  const paint = createPaint(io.config.usesColour(io.stdout))
  const draw = async (): Promise<string[]> =>
    statusLines(await readStatus(service), { io, paint, columns: columnsOf(io) })
  if (flags.once === true || !io.stdout.isTTY) {
    for (const line of await draw()) io.stdout.write(`${line}\n`)
    return exitCodes.ok
  }
  return await watchStatus(service, draw)
}

async function readStatus({ hostler, signal }: Service): Promise<{ status: Status; runs: Run[] }> {
  const [status, open] = await Promise.all([
    hostler.status({ signal }),
    hostler.runs.list({ state: ['running', 'waiting', 'queued'] }, { limit: shownRuns, signal }),
  ])
  return { status, runs: open.items.toSorted((one, other) => rankOf(one) - rankOf(other)) }
}

/** What runs comes first, then what waits, then the queue in its order. */
function rankOf({ state, createdAt }: Run): number {
  return (state === 'running' ? 0 : state === 'waiting' ? 1e15 : 2e15) + createdAt
}
