import { setTimeout as sleep } from 'node:timers/promises'
import { openGround, type Ground } from '../ground/ground.ts'
import { say } from '../report/progress.ts'
import { atMost, toRow, toText, type Part, type Row, type Target } from '../report/row.ts'
import { median, quantile } from '../report/stats.ts'
import { readCost } from '../room/process-cost.ts'
import { startClients } from './clients.ts'
import { openStreamWorld, type Contender } from './stream-world.ts'
import { type Pace, writeLines } from './write-lines.ts'

const about = `\`hostler serve\` with agents in the middle of a turn, whose lines are written by one process, and clients over HTTP in another.
"Raw" is the least that could take its place: it follows the same files and passes their lines on, unread and unstored. From a
line's writing to its being read by a client: blocks are stored first, durably; deltas are not stored. Of the crowd's lines one in ten is
a block; CPU is that of the serving process, in percent of one core.`

const contenders: readonly Contender[] = ['raw', 'SQLite', 'PostgreSQL']

/** How far clients are behind an agent, and what a crowd of them costs. */
export async function measureStreams({ isQuick }: { isQuick: boolean }): Promise<Part> {
  await using ground = await openGround()
  const rows: Row[] = []
  const targets: Target[] = []
  const forMs = isQuick ? 1500 : 6000
  for (const [what, pace, limit] of [
    ['block, written to read', { perSecond: 20, linesPerBlock: 1 }, 30],
    ['delta, written to read', { perSecond: 50, linesPerBlock: Infinity }, 5],
  ] as const) {
    for (const contender of contenders) {
      say(`streams: ${what}, ${contender}`)
      const { lagsMs } = await follow(ground, { contender, sessions: 1, clients: 1, pace, forMs })
      const note = `p99 ${toText(quantile(lagsMs, 0.99))} ms`
      rows.push(toRow({ what, contender, unit: 'ms', note }, lagsMs))
      if (contender === 'raw') continue
      targets.push(
        atMost(`${what}, ${contender}, median`, { value: median(lagsMs), limit, unit: 'ms' }),
      )
    }
  }
  const crowd = isQuick ? { sessions: 5, clients: 50 } : { sessions: 50, clients: 1000 }
  const pace = { perSecond: 10, linesPerBlock: 10 }
  const name = `${crowd.clients.toLocaleString('en')} clients on ${crowd.sessions} sessions`
  const found = new Map<Contender, Followed>()
  for (const contender of contenders) {
    say(`streams: ${name}, ${contender}`)
    found.set(contender, await follow(ground, { contender, ...crowd, pace, forMs: forMs * 1.5 }))
  }
  const rowOf = (what: string, unit: string, toValues: (one: Followed) => number[]): Row[] =>
    [...found].map(([contender, one]) => {
      const note = unit === 'ms' ? `p99 ${toText(quantile(one.lagsMs, 0.99))} ms` : ''
      return toRow({ what: `${name}: ${what}`, contender, unit, note }, toValues(one))
    })
  rows.push(
    ...rowOf('written to read', 'ms', ({ lagsMs }) => lagsMs),
    ...rowOf('CPU', '%', ({ cpuPercent }) => [cpuPercent]),
    ...rowOf('memory', 'MB', ({ residentMb }) => [residentMb]),
  )
  return { title: 'Streams', about, rows, targets }
}

type Followed = { lagsMs: number[]; cpuPercent: number; residentMb: number }

async function follow(
  ground: Ground,
  options: { contender: Contender; sessions: number; clients: number; pace: Pace; forMs: number },
): Promise<Followed> {
  const { sessions, clients, pace, forMs } = options
  await using world = await openStreamWorld(ground, options)
  const { pid, streams } = world
  const urls = Array.from({ length: clients }, (_, at) => streams[at % sessions]?.url ?? '')
  await using crowd = await startClients(urls)
  const before = readCost(pid)
  const written = await writeLines(streams, { ...pace, forMs })
  const { cpuSeconds, residentMb } = readCost(pid)
  // For the last ones to arrive.
  await sleep(1000)
  const { lagsMs } = await crowd.finish()
  const expected = (written * clients) / sessions
  if (lagsMs.length !== expected) throw new Error(`read ${lagsMs.length} of ${expected} lines`)
  const cpuPercent = ((cpuSeconds - before.cpuSeconds) * 100_000) / forMs
  return { lagsMs, cpuPercent, residentMb }
}
