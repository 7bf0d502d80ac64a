import { setTimeout as sleep } from 'node:timers/promises'
import { databaseNames, openGround, type DatabaseName, type Ground } from '../ground/ground.ts'
import { say } from '../report/progress.ts'
import { toRow, type Part } from '../report/row.ts'
import { inGroups } from '../room/in-groups.ts'
import { readCost } from '../room/process-cost.ts'
import { startClients } from '../streams/clients.ts'

const about = `Resident memory of \`hostler serve\`, as the kernel has it, without a garbage collection of ours: after its start; with
sessions that have each a run in the queue; and with one client on the stream of each.`

/** What \`hostler serve\` holds when it has little to do. */
export async function measureMemory({ isQuick }: { isQuick: boolean }): Promise<Part> {
  await using ground = await openGround()
  const sessions = isQuick ? 50 : 1000
  const found = new Map<DatabaseName, Resident>()
  for (const name of databaseNames) {
    say(`memory: ${sessions} sessions on ${name}`)
    found.set(name, await hold(ground, { name, sessions }))
  }
  const many = `${sessions.toLocaleString('en')} sessions`
  const rowsOf = (what: string, key: keyof Resident): Part['rows'] =>
    [...found].map(([contender, one]) => toRow({ what, contender, unit: 'MB' }, [one[key]]))
  return {
    title: 'Memory',
    about,
    rows: [
      ...rowsOf('idle', 'idleMb'),
      ...rowsOf(`${many}, a run in the queue of each`, 'queuedMb'),
      ...rowsOf(`${many}, each followed by a client`, 'followedMb'),
    ],
    targets: [],
  }
}

type Resident = { idleMb: number; queuedMb: number; followedMb: number }

/** For what was needed only once to be given back. */
const settleMs = 3000

async function hold(
  ground: Ground,
  { name, sessions }: { name: DatabaseName; sessions: number },
): Promise<Resident> {
  await using site = await ground.openSite(name)
  const daemon = await site.start()
  const residentMb = async (): Promise<number> => {
    await sleep(settleMs)
    return readCost(daemon.pid).residentMb
  }
  const idleMb = await residentMb()
  const keys = Array.from({ length: sessions }, (_, index) => String(index))
  const runs = await inGroups(keys, 16, (key) =>
    daemon.hostler.runs.submit({ key, prompt: 'hi', delayMs: 3_600_000 }),
  )
  const queuedMb = await residentMb()
  await using _ = await startClients(
    runs.map(({ sessionId }) => `${daemon.url}/v1/sessions/${sessionId}/events`),
  )
  return { idleMb, queuedMb, followedMb: await residentMb() }
}
