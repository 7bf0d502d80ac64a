import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { say } from '../report/progress.ts'
import { atMost, toRow, type Part, type Row } from '../report/row.ts'
import { median } from '../report/stats.ts'
import { bareEnvironment, openDir, removeDir } from '../room/room.ts'
import { runChild } from '../room/run-child.ts'
import { writeStandIn } from './stand-in.ts'
import type { ManyCost, ManyTask } from './supervisor-child.ts'

const about = `CPU (percent of one core, user and system) and resident memory of the supervising process alone. The agents are
launched the usual way, but are shell scripts that answer \`initialize\` and take a prompt; what each would say, 50 stream
events a second, is appended to its log by one process for all, one write per event, evenly spread. To be idle is to
be warm without a turn. "heard": one listener follows each agent, and is checked to have got every event. Memory
is taken after a garbage collection.`

const perSecond = 50
const measures: { key: keyof ManyCost; what: string; unit: string }[] = [
  { key: 'idleCpuPercent', what: 'CPU, idle', unit: '%' },
  { key: 'streamCpuPercent', what: 'CPU, streaming', unit: '%' },
  { key: 'heardCpuPercent', what: 'CPU, streaming and heard', unit: '%' },
  { key: 'idleMb', what: 'memory, idle', unit: 'MB' },
  { key: 'streamMb', what: 'memory, streaming', unit: 'MB' },
  { key: 'heardMb', what: 'memory, streaming and heard', unit: 'MB' },
]

/** What 1, 50 and 200 agents cost their supervisor. */
export async function measureMany(options: { isQuick: boolean }): Promise<Part> {
  const { isQuick } = options
  const counts = isQuick ? [1, 10, 40] : [1, 50, 200]
  const rounds = isQuick ? 1 : 3
  const costs = new Map<number, ManyCost[]>(counts.map((count) => [count, []]))
  for (let round = 0; round < rounds; round++) {
    for (const count of counts) {
      say(`many: ${count} agents, round ${round} of ${rounds}`)
      costs.get(count)?.push(await runMany(count, isQuick ? 1000 : 6000))
    }
  }
  const of = (count: number, key: keyof ManyCost): number =>
    median((costs.get(count) ?? []).map((one) => one[key]))
  const [one = 1, some = 1, many = 1] = counts
  const perAgentMb = (key: 'idleMb' | 'streamMb' | 'heardMb'): number =>
    (of(many, key) - of(one, key)) / (many - one)
  return {
    title: 'Many agents',
    about,
    rows: toRows(costs),
    targets: [
      atMost('memory for each idle agent', { value: perAgentMb('idleMb'), limit: 0.3, unit: 'MB' }),
      atMost('memory for each streaming agent', {
        value: perAgentMb('streamMb'),
        limit: 0.3,
        unit: 'MB',
      }),
      atMost('memory for each streaming agent that is listened to', {
        value: perAgentMb('heardMb'),
        limit: 0.3,
        unit: 'MB',
      }),
      atMost(`CPU of ${many} streaming agents, in line with that of ${some}`, {
        value: of(many, 'streamCpuPercent'),
        limit: (of(some, 'streamCpuPercent') * many) / some,
        unit: '%',
      }),
    ],
  }
}

async function runMany(count: number, streamMs: number): Promise<ManyCost> {
  const dir = await openDir()
  try {
    const claudeBin = join(dir, 'claude')
    await writeStandIn(claudeBin)
    const cwd = join(dir, 'work')
    await mkdir(cwd)
    const env = { ...bareEnvironment(dir), HOME: dir }
    const session = { claudeBin, cwd, dir: join(dir, 'data'), env }
    const task: ManyTask = { session, count, perSecond, idleMs: streamMs / 2, streamMs }
    return await runChild(new URL('supervisor-child.ts', import.meta.url), task, {
      execArgv: ['--expose-gc'],
    })
  } finally {
    await removeDir(dir)
  }
}

function toRows(costs: ReadonlyMap<number, ManyCost[]>): Row[] {
  return measures.flatMap(({ key, what, unit }) =>
    [...costs].map(([count, found]) => {
      const events = key === 'streamCpuPercent' || key === 'heardCpuPercent'
      const values = found.map((one) => one[key])
      const eachUs = (median(values) * 10_000) / (count * perSecond)
      const note = events ? `${eachUs.toFixed(0)} µs an event` : ''
      return toRow(
        { what, contender: count === 1 ? '1 agent' : `${count} agents`, unit, note },
        values,
      )
    }),
  )
}
