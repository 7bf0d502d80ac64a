import { setTimeout as sleep } from 'node:timers/promises'
import { findAgentProcesses, type AgentProcess } from './agent-processes.ts'
import { isAlive, readProcessIdentity, type ProcessIdentity } from './process-identity.ts'

/** A process that an agent has left, or that could not be ended. */
export type LeftProcess = { pid: number; command: string }

/** How an agent's processes came to their end, and the proof of it: `survivors` is empty. */
export type EndReport = {
  how: 'was_over' | 'terminated' | 'killed'
  /** What was still there after the agent itself had ended: tools in sessions of their own. */
  swept: LeftProcess[]
  survivors: LeftProcess[]
}

/** The CLI needs up to 1.6 s to end its tools. */
const termMs = 4000
const killMs = 1000
/** A child that a tool left behind may put its things in order. */
const sweepTermMs = 500
const sweepKillMs = 2000

/**
 * Ends everything of an agent: SIGTERM to the group, SIGKILL to the group, then whatever else carries
 * the agent's mark (`setsid` and `nohup` children survive a group's death), until a fresh look finds
 * nothing. Bounded by the sum of the times above. Never by name.
 */
export async function endProcesses(
  agentId: string,
  leader: ProcessIdentity | null,
  options: { isStarting?: boolean } = {},
): Promise<EndReport> {
  // The pid of a leader that has been dead for long may lead somebody else's group by now.
  const live = leader !== null && (await isAlive(leader)) ? leader : null
  const how = live === null ? 'was_over' : await endGroup(live, options)
  const swept = await sweepProcesses((id) => id === agentId, live)
  return { how, ...swept }
}

async function endGroup(
  leader: ProcessIdentity,
  { isStarting = false }: { isStarting?: boolean },
): Promise<EndReport['how']> {
  signalGroup(leader.pid, 'SIGTERM')
  const hasEnded = async (): Promise<boolean> => {
    if (!(await isAlive(leader))) return true
    // Between its fork and its exec the CLI is still the launcher, which lets the signal pass: it
    // would start, read its prompt, and run it. Later ones must not be sent again: it is tidying up.
    if (isStarting) signalGroup(leader.pid, 'SIGTERM')
    return false
  }
  if (await becomes(hasEnded, termMs)) return 'terminated'
  signalGroup(leader.pid, 'SIGKILL')
  await becomes(async () => !(await isAlive(leader)), killMs)
  return 'killed'
}

/** Ends all processes that carry a mark that is `wanted`. */
export async function sweepProcesses(
  wanted: (agentId: string) => boolean,
  leader: ProcessIdentity | null = null,
): Promise<{ swept: LeftProcess[]; survivors: LeftProcess[] }> {
  const swept = new Map<number, AgentProcess>()
  let left: AgentProcess[] = []

  /**
   * What is there now, and what was there before and has not ended: one that cleared its environment is
   * told by its parent, and no longer once that one has ended.
   */
  async function look(): Promise<boolean> {
    const found = await findAgentProcesses(wanted, leader)
    const earlier = [...swept.values()].filter((one) => found.every(({ pid }) => pid !== one.pid))
    const isThere = await Promise.all(earlier.map(isStillThere))
    left = [...found, ...earlier.filter((_, at) => isThere[at])]
    for (const one of found) swept.set(one.pid, one)
    return left.length === 0
  }

  async function round(signal: NodeJS.Signals): Promise<boolean> {
    const isOver = await look()
    for (const one of left) await signalProcess(one, signal)
    return isOver
  }

  const isClean =
    (await round('SIGTERM')) ||
    (await becomes(look, sweepTermMs)) ||
    // In rounds: a child may have been born while its parent was being ended.
    (await becomes(() => round('SIGKILL'), sweepKillMs))
  const told = ({ pid, command }: AgentProcess): LeftProcess => ({ pid, command })
  return { swept: [...swept.values()].map(told), survivors: isClean ? [] : left.map(told) }
}

async function signalProcess(one: AgentProcess, signal: NodeJS.Signals): Promise<void> {
  if (!(await isStillThere(one))) return
  try {
    process.kill(one.pid, signal)
  } catch {
    // It has ended by itself.
  }
}

/** It has not ended, and its pid has not gone to somebody else. */
async function isStillThere({ pid, startTime }: AgentProcess): Promise<boolean> {
  const now = await readProcessIdentity(pid)
  // The boot's id is part of an identity, and not of what is listed.
  return now !== null && (now.startTime === startTime || now.startTime.startsWith(`${startTime}@`))
}

function signalGroup(pgid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pgid, signal)
  } catch {
    // As above.
  }
}

/** The launcher notes the exit code a moment before it ends itself. */
export async function waitForEnd(leader: ProcessIdentity): Promise<void> {
  await becomes(async () => !(await isAlive(leader)), killMs)
}

/** Does the promise settle before the time is up? */
export async function settlesWithin(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  const timer = new AbortController()
  try {
    const late = sleep(limitMs, false, { signal: timer.signal }).catch(() => false)
    return await Promise.race([promise.then(() => true), late])
  } finally {
    timer.abort()
  }
}

async function becomes(check: () => Promise<boolean>, limitMs: number): Promise<boolean> {
  const until = performance.now() + limitMs
  for (let waitMs = 2; ; waitMs = Math.min(waitMs * 2, 25)) {
    if (await check()) return true
    if (performance.now() >= until) return false
    await sleep(waitMs)
  }
}
