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
  const swept = new Map<number, LeftProcess>()
  let left: AgentProcess[] = []

  async function round(signal: NodeJS.Signals): Promise<boolean> {
    left = await findAgentProcesses(wanted, leader)
    for (const one of left) {
      swept.set(one.pid, { pid: one.pid, command: one.command })
      await signalProcess(one, signal)
    }
    return left.length === 0
  }

  const isClean =
    (await round('SIGTERM')) ||
    (await becomes(
      async () => (await findAgentProcesses(wanted, leader)).length === 0,
      sweepTermMs,
    )) ||
    // In rounds: a child may have been born while its parent was being ended.
    (await becomes(() => round('SIGKILL'), sweepKillMs))
  const survivors = isClean ? [] : left.map(({ pid, command }) => ({ pid, command }))
  return { swept: [...swept.values()], survivors }
}

/** Checks once more that the pid has not gone to somebody else. */
async function signalProcess(one: AgentProcess, signal: NodeJS.Signals): Promise<void> {
  const now = await readProcessIdentity(one.pid)
  if (now === null || !isStartOf(now.startTime, one)) return
  try {
    process.kill(one.pid, signal)
  } catch {
    // It has ended by itself.
  }
}

/** The boot's id is part of an identity, and not of what is listed. */
function isStartOf(startTime: string, { startTime: listed }: AgentProcess): boolean {
  return startTime === listed || startTime.startsWith(`${listed}@`)
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
