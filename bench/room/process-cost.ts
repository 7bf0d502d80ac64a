import { readFileSync } from 'node:fs'

/** The kernel's clock ticks a second, as programs see them: always 100 on Linux. */
const ticksPerSecond = 100

/** What a process has taken so far: seconds of CPU, user and system, and its resident memory. */
export function readCost(pid: number): { cpuSeconds: number; residentMb: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The name, in parentheses, may have spaces. Source: proc_pid_stat(5), fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user = 0, system = 0] = fields.slice(11, 13).map(Number)
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
  return { cpuSeconds: (user + system) / ticksPerSecond, residentMb: Number(kilobytes) / 1024 }
}
