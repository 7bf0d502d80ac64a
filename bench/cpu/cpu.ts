import { join } from 'node:path'
import { mkdir } from 'node:fs/promises'
import { writeFakeClaude, type FakeStep } from '../../src/testing/index.ts'
import { say } from '../report/progress.ts'
import { atMost, toRow, type Part, type Row } from '../report/row.ts'
import { median } from '../report/stats.ts'
import { bareEnvironment, openDir, removeDir } from '../room/room.ts'
import { rotate } from '../room/rotate.ts'
import { runChild } from '../room/run-child.ts'
import type { FloodContender, FloodCost, FloodTask } from './flood-child.ts'

const about = `User and system time of the supervising process for one turn of 50 MB, divided by the number of messages. Each round
runs in a process of its own, and after a first such turn, since a supervisor's code has long been compiled. The fake claude writes as fast as its
reader, or the disk, takes it.`

type FloodKind = { name: string; kind: 'text_delta' | 'assistant'; bytes: number }

const floods: FloodKind[] = [
  // The least that a stream event takes, with its ids.
  { name: 'stream events', kind: 'text_delta', bytes: 282 },
  { name: '2 kB messages', kind: 'assistant', bytes: 2048 },
  { name: '1 MB lines', kind: 'assistant', bytes: 1_000_000 },
]
const contenders: FloodContender[] = [
  'raw pipes',
  'hostler, no listener',
  'hostler, one listener',
  'Agent SDK',
]

/** What supervision costs per message, in bulk. */
export async function measureCpu(options: { isQuick: boolean }): Promise<Part> {
  const rounds = options.isQuick ? 1 : 7
  const totalBytes = options.isQuick ? 10_000_000 : 50_000_000
  const dir = await openDir()
  const perMessage = new Map<string, number[]>()
  const peak = new Map<string, number[]>()
  try {
    for (const flood of floods) {
      const lines = Math.floor(totalBytes / flood.bytes)
      const claudeBin = await writeFlood(join(dir, flood.name), { ...flood, lines })
      for (let round = 0; round < rounds; round++) {
        say(`cpu: ${flood.name}, round ${round} of ${rounds}`)
        for (const contender of rotate(contenders, round)) {
          const { cpuMs, peakMb } = await runFlood({ dir, claudeBin, contender })
          add(perMessage, `${flood.name}/${contender}`, (cpuMs * 1000) / lines)
          add(peak, `${flood.name}/${contender}`, peakMb)
        }
      }
    }
  } finally {
    await removeDir(dir)
  }
  const costOf = (name: string): number => median(perMessage.get(name) ?? [])
  return {
    title: 'CPU per message',
    about,
    rows: toRows(perMessage, peak),
    targets: [
      atMost('a stream event, no listener', {
        value: costOf('stream events/hostler, no listener'),
        limit: 2,
        unit: 'µs',
      }),
      ...floods.map(({ name }) =>
        atMost(`${name}, one listener, against the Agent SDK`, {
          value: costOf(`${name}/hostler, one listener`),
          limit: costOf(`${name}/Agent SDK`) / 3,
          unit: 'µs',
        }),
      ),
    ],
  }
}

async function writeFlood(dir: string, flood: FloodKind & { lines: number }): Promise<string> {
  const { kind, bytes, lines } = flood
  const turn = (count: number): FakeStep[] => [
    { do: 'begin' },
    { do: 'flood', kind, bytes, lines: count },
    { do: 'end' },
  ]
  return await writeFakeClaude(dir, { turns: [turn(lines), turn(lines)] })
}

async function runFlood(options: {
  dir: string
  claudeBin: string
  contender: FloodContender
}): Promise<FloodCost> {
  const { dir, claudeBin, contender } = options
  const cwd = join(dir, 'work')
  await mkdir(cwd, { recursive: true })
  const data = join(dir, 'data')
  const task: FloodTask = {
    contender,
    session: { claudeBin, cwd, dir: data, env: { ...bareEnvironment(dir), HOME: dir } },
  }
  const cost = await runChild<FloodCost>(new URL('flood-child.ts', import.meta.url), task)
  await removeDir(data)
  return cost
}

function toRows(perMessage: Map<string, number[]>, peak: Map<string, number[]>): Row[] {
  return [...perMessage].map(([name, costs]) => {
    const [what = '', contender = ''] = name.split('/')
    const peakMb = Math.round(median(peak.get(name) ?? []))
    const note = `peak ${peakMb} MB`
    return toRow({ what, contender, unit: 'µs', note }, costs)
  })
}

function add(to: Map<string, number[]>, name: string, value: number): void {
  const list = to.get(name)
  if (list === undefined) to.set(name, [value])
  else list.push(value)
}
