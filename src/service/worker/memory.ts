import { readFileSync } from 'node:fs'
import { freemem } from 'node:os'
import { join } from 'node:path'

const pageBytes = 4096

/**
 * Resident bytes of an agent: of its first process, a shell that waits, and of that one's children, which
 * is the CLI; not of tools. Source: proc_pid_statm(5), proc_pid_task(5); null where there is no such file.
 */
export function residentBytes(pid: number): number | null {
  const own = residentOf(pid)
  if (own === null) return null
  const children = readText(`/proc/${pid}/task/${pid}/children`)?.match(/\d+/g) ?? []
  return children.reduce((sum, child) => sum + (residentOf(Number(child)) ?? 0), own)
}

function residentOf(pid: number): number | null {
  const pages = readText(`/proc/${pid}/statm`)?.split(' ')[1]
  return pages === undefined ? null : Number(pages) * pageBytes
}

/**
 * What can be had without swapping: `MemAvailable` (proc_meminfo(5)), else what the system calls free; in
 * a container or a service with a limit, no more than is left of that. `root` is another one in tests.
 */
export function availableBytes(root = '/'): number {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readText(join(root, 'proc/meminfo')) ?? '')
  const bytes = kilobytes === null ? freemem() : Number(kilobytes[1]) * 1024
  return Math.min(bytes, leftOfLimit(root) ?? bytes)
}

/**
 * What a limit of the process's own control group leaves; null without one. Pages of files that nobody
 * has used for a while count as free, as the kernel drops them first: a git clone fills the group with
 * them. Source: docs.kernel.org, "Control Group v2".
 */
function leftOfLimit(root: string): number | null {
  const path = /^0::(.*)$/m.exec(readText(join(root, 'proc/self/cgroup')) ?? '')?.[1]
  if (path === undefined) return null
  const folder = join(root, 'sys/fs/cgroup', path)
  const [max, used] = ['memory.max', 'memory.current'].map((name) =>
    Number(readText(join(folder, name)) ?? NaN),
  )
  // "max": there is none.
  if (max === undefined || used === undefined || Number.isNaN(max - used)) return null
  const idle = /^inactive_file (\d+)$/m.exec(readText(join(folder, 'memory.stat')) ?? '')
  return Math.max(0, max - used + Number(idle?.[1] ?? 0))
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    // Not Linux, or no such group.
    return null
  }
}
