import { readFileSync } from 'node:fs'
import { freemem } from 'node:os'

const pageBytes = 4096

/** Resident bytes of a process. Source: proc_pid_statm(5); null where there is no such file. */
export function residentBytes(pid: number): number | null {
  try {
    const pages = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]
    return pages === undefined ? null : Number(pages) * pageBytes
  } catch {
    return null
  }
}

/** What can be had without swapping: `MemAvailable` (proc_meminfo(5)), else what the system calls free. */
export function availableBytes(): number {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'latin1'))
    if (kilobytes !== null) return Number(kilobytes[1]) * 1024
  } catch {
    // Not Linux.
  }
  return freemem()
}
