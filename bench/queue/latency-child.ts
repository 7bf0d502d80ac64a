// Submits runs one by one to warm sessions, and sends what each took: node latency-child.ts <LatencyTask as JSON>
import type { SiteTask } from '../ground/ground.ts'
import { openHostler, type SessionEvent } from '../../src/index.ts'
import { createMeter } from './raw-rows.ts'

export type LatencyTask = { site: SiteTask; sessions: number; rounds: number }
/** Milliseconds since the call of `submit`, a list of all rounds each. */
export type LatencyFigures = Record<Moment | 'row', number[]>
export type Moment = 'submitted' | 'started' | 'heard' | 'ended'

const { site, sessions, rounds }: LatencyTask = JSON.parse(process.argv[2] ?? '{}')
const { configuration, dataDir, env } = site
const hostler = await openHostler({ configuration, dataDir, env })
const meter = await createMeter(site.where)
const figures: LatencyFigures = { submitted: [], started: [], heard: [], ended: [], row: [] }
const over = new AbortController()
/** When the events of a run came. */
let seen: Partial<Record<Moment, number>> = {}
let onEnded: () => void = () => undefined
const moments: Partial<Record<SessionEvent['type'], Moment>> = {
  run_started: 'started',
  text: 'heard',
  run_ended: 'ended',
}

for (let index = 0; index < sessions; index++) {
  // Starts its agent, which is warm from then on.
  const { id, sessionId } = await hostler.runs.submit({ key: String(index), prompt: 'hi' })
  await hostler.runs.wait(id)
  void follow(sessionId)
}
for (let round = -sessions; round < rounds; round++) {
  seen = {}
  const ended = Promise.withResolvers<void>()
  onEnded = ended.resolve
  const startedAt = performance.now()
  await hostler.runs.submit({ key: String(Math.abs(round) % sessions), prompt: 'hi' })
  seen.submitted = performance.now()
  await ended.promise
  const row = await meter.insert()
  if (round < 0) continue
  figures.row.push(row)
  for (const [moment, at] of Object.entries(seen)) {
    if (isMoment(moment)) figures[moment].push(at - startedAt)
  }
}
over.abort()
await meter[Symbol.asyncDispose]()
await hostler.close({ agents: 'leave' })
process.send?.(JSON.stringify(figures))
process.disconnect?.()

async function follow(sessionId: string): Promise<void> {
  const { lastSeq: after } = await hostler.sessions.get(sessionId)
  for await (const event of hostler.sessions.events(sessionId, { after, signal: over.signal })) {
    const moment = moments[event.type]
    if (moment === undefined) continue
    seen[moment] ??= performance.now()
    if (moment === 'ended') onEnded()
  }
}

function isMoment(name: string): name is Moment {
  return name in figures
}
