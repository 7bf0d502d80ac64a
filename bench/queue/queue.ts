import { databaseNames, openGround, type DatabaseName, type Ground } from '../ground/ground.ts'
import { say } from '../report/progress.ts'
import { atMost, toRow, toText, type Part, type Row, type Target } from '../report/row.ts'
import { median, quantile } from '../report/stats.ts'
import { runChild } from '../room/run-child.ts'
import type { LatencyFigures } from './latency-child.ts'
import { measureThroughput } from './throughput.ts'

const about = `With a stand-in for claude that takes a turn in less than a millisecond, and both databases on the same disk, as
durable as they are by default. "submit to started": from the call of \`submit\` until a subscriber hears that the run has
begun, its agent being warm; "to heard": until the agent's answer is stored and heard. A row is one plain \`insert\`, for comparison.
Runs a second are those of full queues, from the moment at which they are ready; each worker is a process. A claim takes one of
so many sessions, which are all ready.`

const figureNames: readonly (readonly [keyof LatencyFigures, string])[] = [
  ['row', 'one row'],
  ['submitted', 'submit to answered'],
  ['started', 'submit to started'],
  ['heard', 'submit to heard'],
  ['ended', 'submit to ended'],
]
const limits = { SQLite: { p50: 5, p99: 20 }, PostgreSQL: { p50: 10, p99: 40 } }

/** What the scheduler costs a run, and how much of it a second can be had. */
export async function measureQueue(options: { isQuick: boolean }): Promise<Part> {
  await using ground = await openGround()
  const rows: Row[] = []
  const targets: Target[] = []
  for (const part of [latency, throughput, claims]) {
    const found = await part(ground, options)
    rows.push(...found.rows)
    targets.push(...found.targets)
  }
  return { title: 'Queue', about, rows, targets }
}

type Found = { rows: Row[]; targets: Target[] }

async function latency(ground: Ground, { isQuick }: { isQuick: boolean }): Promise<Found> {
  const found = new Map<DatabaseName, LatencyFigures>()
  for (const name of databaseNames) {
    say(`queue: latency on ${name}`)
    await using site = await ground.openSite(name)
    const task = { site: site.task, sessions: 10, rounds: isQuick ? 30 : 400 }
    found.set(name, await runChild(new URL('latency-child.ts', import.meta.url), task))
  }
  return {
    rows: figureNames.flatMap(([key, what]) =>
      [...found].map(([contender, figures]) => {
        const note = `p99 ${toText(quantile(figures[key], 0.99))} ms`
        return toRow({ what, contender, unit: 'ms', note }, figures[key])
      }),
    ),
    targets: [...found].flatMap(([name, { started }]) => [
      atMost(`submit to started, ${name}, median`, {
        value: median(started),
        limit: limits[name].p50,
        unit: 'ms',
      }),
      atMost(`submit to started, ${name}, p99`, {
        value: quantile(started, 0.99),
        limit: limits[name].p99,
        unit: 'ms',
      }),
    ]),
  }
}

async function throughput(ground: Ground, { isQuick }: { isQuick: boolean }): Promise<Found> {
  const rows: Row[] = []
  const size = isQuick ? { sessions: 8, runs: 40 } : { sessions: 48, runs: 960 }
  for (const [name, workers] of [
    ['SQLite', 1],
    ['PostgreSQL', 1],
    ['PostgreSQL', 4],
  ] as const) {
    say(`queue: runs a second on ${name} with ${workers}`)
    await using site = await ground.openSite(name, {
      perWorker: Math.ceil(size.sessions / workers),
    })
    const perSecond = await measureThroughput(site, { workers, ...size })
    const contender = `${name}, ${workers} ${workers === 1 ? 'worker' : 'workers'}`
    rows.push(toRow({ what: 'runs a second', contender, unit: 'runs' }, [perSecond]))
  }
  return { rows, targets: [] }
}

async function claims(ground: Ground, { isQuick }: { isQuick: boolean }): Promise<Found> {
  const rows: Row[] = []
  const targets: Target[] = []
  const few = { queued: 100, dependent: 0, schedules: 0 }
  const sizes = isQuick
    ? [few, { ...few, queued: 2_000 }, { queued: 100, dependent: 500, schedules: 50 }]
    : [few, { ...few, queued: 100_000 }, { queued: 100, dependent: 10_000, schedules: 1_000 }]
  for (const name of databaseNames) {
    const medians: number[] = []
    for (const size of sizes) {
      const { queued, dependent, schedules } = size
      say(`queue: claims on ${name} out of ${queued}`)
      await using site = await ground.openSite(name)
      const task = { site: site.task, ...size, rounds: isQuick ? 20 : 60 }
      const claimMs: number[] = await runChild(new URL('claim-child.ts', import.meta.url), task)
      medians.push(median(claimMs))
      const more =
        dependent === 0
          ? ''
          : `, ${dependent.toLocaleString('en')} runs with dependencies, ${schedules.toLocaleString('en')} schedules`
      const what = `claim, ${queued.toLocaleString('en')} sessions queued${more}`
      rows.push(toRow({ what, contender: name, unit: 'ms' }, claimMs))
    }
    const [alone = Number.NaN, ...others] = medians
    const whats = ['a claim out of many', 'a claim among dependencies and schedules']
    for (const [index, what] of whats.entries()) {
      const value = others[index] ?? Number.NaN
      targets.push(atMost(`${what}, ${name}`, { value, limit: alone * 2, unit: 'ms' }))
    }
  }
  return { rows, targets }
}
