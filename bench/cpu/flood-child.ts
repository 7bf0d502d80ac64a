// Takes one flood and sends what it cost: node flood-child.ts <FloodTask as JSON>
import type { OpenSession, SessionOptions } from '../contenders/session.ts'

export type FloodTask = { contender: FloodContender; session: SessionOptions }
export type FloodContender =
  | 'raw pipes'
  | 'hostler, no listener'
  | 'hostler, one listener'
  | 'Agent SDK'
export type FloodCost = {
  /** User and system time of the process, all threads. */
  cpuMs: number
  wallMs: number
  peakMb: number
  /** Handed to the listener. */
  messages: number
}

/** Each loads only what it needs: what the others load is not its memory. */
const openers: Record<FloodContender, () => Promise<OpenSession>> = {
  'raw pipes': async () => (await import('../contenders/raw-pipes.ts')).openRawPipes,
  'hostler, no listener': async () => await openHostler(false),
  'hostler, one listener': async () => await openHostler(true),
  'Agent SDK': async () => (await import('../contenders/agent-sdk.ts')).openAgentSdk,
}

const { contender, session }: FloodTask = JSON.parse(process.argv[2] ?? '{}')
const open = await openers[contender]()
const live = await open(session)
await live.ready
// Not counted: a supervisor's code has long been compiled.
await live.turn('warm up')
const before = process.cpuUsage()
const startedAt = performance.now()
const { messages } = await live.turn('flood')
const { user, system } = process.cpuUsage(before)
const cost: FloodCost = {
  cpuMs: (user + system) / 1000,
  wallMs: performance.now() - startedAt,
  peakMb: process.resourceUsage().maxRSS / 1024,
  messages,
}
await live.close()
process.send?.(JSON.stringify(cost))
process.disconnect?.()

async function openHostler(isListening: boolean): Promise<OpenSession> {
  const hostler = await import('../contenders/hostler.ts')
  return hostler.openHostler({ isListening })
}
