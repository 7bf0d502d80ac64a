import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { parseStat, type ProcessIdentity } from './process-identity.ts'

const execFileAsync = promisify(execFile)

/** The variable that marks every descendant of an agent, whatever session or group it has moved to. */
export const agentMark = 'HOSTLER_AGENT_ID'

export type AgentProcess = {
  pid: number
  /** As it stood when it was listed: checked again before a signal is sent. */
  startTime: string
  command: string
  /** Value of the mark in its environment; `null` when it has cleared its environment. */
  agentId: string | null
}

type Listed = AgentProcess & { ppid: number; pgid: number; sid: number }

/**
 * Every process of this user that belongs to an agent of `wanted`, by mark, by descent, or by the group
 * or session of its `leader`. With a leader, those that are older than it are not looked at.
 */
export async function findAgentProcesses(
  wanted: (agentId: string) => boolean,
  leader: ProcessIdentity | null = null,
): Promise<AgentProcess[]> {
  const all = process.platform === 'linux' ? await listLinux(leader) : await listWithPs()
  const belongs = new Set<number>()
  for (const one of all) {
    const isMarked = one.agentId !== null && wanted(one.agentId)
    const isInGroup = leader !== null && (one.pgid === leader.pid || one.sid === leader.pid)
    if (isMarked || isInGroup) belongs.add(one.pid)
  }
  // A child that cleared its environment is still found by its parent, as long as that one lives.
  for (let grew = true; grew;) {
    grew = false
    for (const one of all) {
      if (!belongs.has(one.pid) && belongs.has(one.ppid) && !isMarkedOtherwise(one, wanted)) {
        belongs.add(one.pid)
        grew = true
      }
    }
  }
  return all.filter((one) => belongs.has(one.pid) && one.pid !== process.pid)
}

function isMarkedOtherwise(one: Listed, wanted: (agentId: string) => boolean): boolean {
  return one.agentId !== null && !wanted(one.agentId)
}

async function listLinux(leader: ProcessIdentity | null): Promise<Listed[]> {
  const names = await readdir('/proc')
  const pids = names.map(Number).filter(Number.isInteger)
  const sinceTicks = leader === null ? 0 : Number.parseInt(leader.startTime, 10) || 0
  const listed = await Promise.all(pids.map((pid) => readLinuxProcess(pid, sinceTicks)))
  return listed.filter((one) => one !== null)
}

async function readLinuxProcess(pid: number, sinceTicks: number): Promise<Listed | null> {
  try {
    const stat = parseStat(await readFile(`/proc/${pid}/stat`, 'utf8'))
    if (stat.state === 'Z' || stat.state === 'X') return null
    if (Number(stat.startTicks) < sinceTicks) return null
    const [environ, cmdline] = await Promise.all([
      // Another user's process: none of ours.
      readFile(`/proc/${pid}/environ`, 'latin1').catch(() => ''),
      readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    ])
    return {
      pid,
      startTime: stat.startTicks,
      ppid: stat.ppid,
      pgid: stat.pgid,
      sid: stat.sid,
      command: cmdline.replaceAll('\0', ' ').trim(),
      agentId: valueOf(environ.split('\0')),
    }
  } catch {
    return null
  }
}

/** macOS has no /proc; `ps -E` shows the environment of one's own processes after the command. */
async function listWithPs(): Promise<Listed[]> {
  const { stdout } = await execFileAsync(
    'ps',
    ['-A', '-E', '-ww', '-o', 'pid=,ppid=,pgid=,sess=,state=,lstart=,command='],
    { maxBuffer: 64 * 1024 * 1024, env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' } },
  )
  const listed: Listed[] = []
  for (const line of stdout.split('\n')) {
    const found =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(\w+ +\w+ +\d+ [\d:]+ \d+)\s+(.*)$/.exec(line)
    if (found === null || found[5]?.startsWith('Z')) continue
    const command = found[7] ?? ''
    listed.push({
      pid: Number(found[1]),
      ppid: Number(found[2]),
      pgid: Number(found[3]),
      sid: Number(found[4]),
      startTime: found[6] ?? '',
      command: command.split(/ \w+=/, 1)[0] ?? command,
      agentId: valueOf(command.split(' ')),
    })
  }
  return listed
}

function valueOf(variables: string[]): string | null {
  const prefix = `${agentMark}=`
  return variables.find((one) => one.startsWith(prefix))?.slice(prefix.length) ?? null
}
