import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { isErrno } from '../../util/is-errno.ts'

const execFileAsync = promisify(execFile)

/**
 * Names one process for as long as the machine runs: a pid alone is given to somebody else after its
 * owner has ended. `startTime` is opaque: clock ticks since boot and the boot's id on Linux
 * (proc_pid_stat(5), field 22), `ps -o lstart` elsewhere.
 */
export type ProcessIdentity = { pid: number; startTime: string }

/** The identity of the live process `pid`; `null` when there is none, or only its zombie. */
export async function readProcessIdentity(pid: number): Promise<ProcessIdentity | null> {
  const startTime =
    process.platform === 'linux' ? await linuxStartTime(pid) : await psStartTime(pid)
  return startTime === null ? null : { pid, startTime }
}

/** Is this very process, not another with its pid, still alive? */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  try {
    process.kill(identity.pid, 0)
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return false
  }
  const now = await readProcessIdentity(identity.pid)
  return now?.startTime === identity.startTime
}

async function linuxStartTime(pid: number): Promise<string | null> {
  try {
    const [stat, bootId] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ])
    const { state, startTicks } = parseStat(stat)
    return state === 'Z' || state === 'X' ? null : `${startTicks}@${bootId.trim()}`
  } catch {
    return null
  }
}

/** The fields of /proc/<pid>/stat that hostler uses. The command may itself hold spaces and brackets. */
export function parseStat(stat: string): {
  state: string
  ppid: number
  pgid: number
  sid: number
  startTicks: string
} {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return {
    state: fields[0] ?? '',
    ppid: Number(fields[1]),
    pgid: Number(fields[2]),
    sid: Number(fields[3]),
    startTicks: fields[19] ?? '',
  }
}

async function psStartTime(pid: number): Promise<string | null> {
  try {
    const { stdout } = await execFileAsync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      env: { PATH: process.env['PATH'] ?? '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
    })
    const line = stdout.trim()
    return line === '' || line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '')
  } catch {
    return null
  }
}
