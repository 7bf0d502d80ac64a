import { setTimeout as sleep } from 'node:timers/promises'
import { killHostlerProcess, startHostlerProcess } from './hostler-process.ts'
import type { Kill } from './plan-kills.ts'
import type { ChaosWorld } from './world.ts'
import { type AgentStatus, listAgents } from '../../src/agent/index.ts'
import { readRecords } from './fake/records.ts'

/** Where a process was when it died. */
export type Phase = 'starting' | 'in mid-turn' | 'between turns'

/** The hostlers of a chaos. */
export type Fleet = {
  /** Kills one as planned, and starts it again. */
  kill(kill: Kill): Promise<{ phase: Phase; place: string; agentKilled: boolean }>
  ready(): Promise<void>
  /** SIGTERM for all; they drain their agents. Says who did not end by himself. */
  stop(): Promise<string[]>
  killAll(): Promise<void>
}

const readyWithinMs = 60_000
const stopWithinMs = 90_000

export function startFleet(world: ChaosWorld): Fleet {
  const lives = world.places.map(startHostlerProcess)
  let newest = 0

  async function ready(): Promise<void> {
    for (const { ready: isReady, place } of lives) await within(isReady, place.name)
  }

  async function kill(plan: Kill): Promise<{ phase: Phase; place: string; agentKilled: boolean }> {
    const { when, afterMs, which, agent, deadMs } = plan
    const index = when === 'starting' ? newest : which % lives.length
    if (when === 'working') await ready()
    await sleep(afterMs)
    const victim = lives[index]
    if (victim === undefined) throw new Error('no such process')
    const running = await runningAgents(world)
    const busy = busyAgents(world)
    const isAtWork = running.some(
      ({ id, supervisedBy }) => supervisedBy === victim.child.pid && busy?.has(id) !== false,
    )
    const phase = when === 'starting' ? when : isAtWork ? 'in mid-turn' : 'between turns'
    await killHostlerProcess(victim)
    const pid = agent === null ? null : running[agent % Math.max(1, running.length)]?.pid
    const agentKilled = pid != null && killGroup(pid)
    await sleep(deadMs)
    lives[index] = startHostlerProcess(victim.place)
    newest = index
    return { phase, place: victim.place.name, agentKilled }
  }

  return {
    kill,
    ready,
    async stop() {
      for (const { child } of lives) child.kill('SIGTERM')
      const problems: string[] = []
      for (const one of lives) {
        const isOver = await Promise.race([
          one.ended.then(() => true),
          sleep(stopWithinMs, false, { ref: false }),
        ])
        if (!isOver) problems.push(`${one.place.name} did not stop within ${stopWithinMs} ms`)
        else if (one.child.exitCode !== 0) {
          problems.push(`${one.place.name} stopped with ${one.child.exitCode}`)
        }
        await killHostlerProcess(one)
      }
      return problems
    },
    async killAll() {
      for (const one of lives) await killHostlerProcess(one)
    },
  }
}

async function within(ready: Promise<void>, name: string): Promise<void> {
  const late = sleep(readyWithinMs, 'late' as const, { ref: false })
  if ((await Promise.race([ready, late])) === 'late') {
    throw new Error(`${name} was not ready within ${readyWithinMs} ms`)
  }
}

/** Of the fakes, those that have begun a prompt and not ended it; null with real ones. */
function busyAgents({ records }: ChaosWorld): Set<string> | null {
  const all = readRecords(records)
  if (all.length === 0) return null
  const busy = new Set<string>()
  for (const { what, agentId } of all) {
    if (what === 'begin') busy.add(agentId)
    else if (what === 'end') busy.delete(agentId)
  }
  return busy
}

async function runningAgents(world: ChaosWorld): Promise<AgentStatus[]> {
  const all = await Promise.all(world.places.map(({ dataDir }) => listAgents(dataDir)))
  return all.flat().filter(({ state }) => state === 'running')
}

function killGroup(pid: number): boolean {
  try {
    process.kill(-pid, 'SIGKILL')
    return true
  } catch {
    // Gone already.
    return false
  }
}
