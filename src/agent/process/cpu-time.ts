import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { findAgentProcesses } from './agent-processes.ts'
import type { ProcessIdentity } from './process-identity.ts'

const execFileAsync = promisify(execFile)

/** USER_HZ of proc(5): 100 on every architecture that Node runs on. */
const msPerTick = 10

/**
 * How much CPU an agent and all that it started have used so far, in milliseconds; `null` when that
 * cannot be told. What has ended counts with its parent, and no more once that has ended too.
 */
export async function readCpuMs(agentId: string, leader: ProcessIdentity): Promise<number | null> {
  try {
    const found = await findAgentProcesses((id) => id === agentId, leader)
    const pids = found.map((one) => one.pid)
    if (process.platform !== 'linux') return await readWithPs(pids)
    const times = await Promise.all(pids.map(readLinuxCpuMs))
    return times.reduce((sum, one) => sum + one, 0)
  } catch {
    return null
  }
}

/** Of the process, and of its children that it has waited for: proc_pid_stat(5), fields 14 to 17. */
async function readLinuxCpuMs(pid: number): Promise<number> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = fields.slice(11, 15).reduce((sum, one) => sum + Number(one), 0)
    return ticks * msPerTick
  } catch {
    // It has ended meanwhile.
    return 0
  }
}

async function readWithPs(pids: number[]): Promise<number> {
  if (pids.length === 0) return 0
  const { stdout } = await execFileAsync('ps', ['-o', 'time=', '-p', pids.join(',')], {
    env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
  })
  return stdout.split('\n').reduce((sum, line) => sum + parsePsTime(line.trim()), 0)
}

/** `[[days-]hours:]minutes:seconds[.hundredths]`. */
export function parsePsTime(text: string): number {
  const [days, time] = text.includes('-') ? text.split('-', 2) : ['0', text]
  const seconds = (time ?? '').split(':').reduce((sum, one) => sum * 60 + Number(one), 0)
  const total = (Number(days) * 86_400 + seconds) * 1000
  return Number.isFinite(total) ? Math.round(total) : 0
}
