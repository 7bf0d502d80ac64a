// Supervises many agents and sends what that cost: node --expose-gc supervisor-child.ts <ManyTask as JSON>
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startAgent, type Agent, type VersionCache } from '../../src/agent/index.ts'
import type { SessionOptions } from '../contenders/session.ts'
import { inGroups } from '../room/in-groups.ts'

export type ManyTask = {
  session: SessionOptions
  count: number
  perSecond: number
  idleMs: number
  streamMs: number
}
export type ManyCost = {
  idleCpuPercent: number
  /** Nobody listens. */
  streamCpuPercent: number
  /** One listener to each agent. */
  heardCpuPercent: number
  events: number
  idleMb: number
  streamMb: number
  heardMb: number
}

/** Starting all at once would measure the machine. */
const startedAtOnce = 10

const { session, count, perSecond, idleMs, streamMs }: ManyTask = JSON.parse(
  process.argv[2] ?? '{}',
)
const agents = await startAll()
await sleep(500)
const idleCpuPercent = await cpuPercentOf(() => sleep(idleMs), idleMs)
const idleMb = residentMb()
for (const agent of agents) agent.turn('go')
await sleep(500)
const { percent: streamCpuPercent } = await takeEvents()
const streamMb = residentMb()
let heard = 0
const listening = agents.map(async (agent) => {
  for await (const event of agent.events()) if (event.type === 'text_delta') heard++
})
const { percent: heardCpuPercent, events } = await takeEvents()
const heardMb = residentMb()
for (let left = 50; left > 0 && heard < events; left--) await sleep(20)
if (heard !== events) throw new Error(`heard ${heard} of ${events}`)
const cost: ManyCost = {
  idleCpuPercent,
  streamCpuPercent,
  heardCpuPercent,
  events,
  idleMb,
  streamMb,
  heardMb,
}
process.send?.(JSON.stringify(cost))
// To stop each, with a look at all processes of the machine, would take longer than the measurement.
for (const agent of agents) {
  await agent.detach()
  process.kill(-agent.pid, 'SIGKILL')
}
await Promise.all(listening)
process.disconnect?.()

async function startAll(): Promise<Agent[]> {
  const versions: VersionCache = new Map()
  const { claudeBin, cwd, dir, env } = session
  return await inGroups(Array.from({ length: count }), startedAtOnce, async () => {
    const agent = await startAgent({ dir, cwd, claudeBin }, { env, versions })
    await agent.ready
    return agent
  })
}

/** They come from a process of its own, whose start is not counted. */
async function takeEvents(): Promise<{ percent: number; events: number }> {
  const paths = agents.map((agent) => join(agent.dir, 'out.jsonl'))
  const task = JSON.stringify({ paths, perSecond, forMs: streamMs })
  const writer = fork(fileURLToPath(new URL('write-events.ts', import.meta.url)), [task])
  await once(writer, 'message')
  let events = 0
  const percent = await cpuPercentOf(async () => {
    const written = once(writer, 'message')
    writer.send('go')
    events = Number((await written)[0])
  }, streamMs)
  if (writer.exitCode === null) await once(writer, 'exit')
  return { percent, events }
}

async function cpuPercentOf(work: () => Promise<unknown>, workMs: number): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 10 / workMs
}

function residentMb(): number {
  globalThis.gc?.()
  return process.memoryUsage.rss() / 2 ** 20
}
