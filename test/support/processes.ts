import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A process of this machine. */
export type ProcessInfo = { pid: number; ppid: number; command: string }

/** All live processes; zombies are not, as only their parent can end that. None without `/proc`. */
export function listProcesses(): ProcessInfo[] {
  if (!existsSync('/proc/self/stat')) return []
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    const stat = Number.isInteger(pid) ? read(`/proc/${pid}/stat`) : null
    if (stat === null) return []
    // The command, second of the fields, may itself hold spaces and parentheses.
    const [state = '', ppid = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state === 'Z' || state === 'X') return []
    const command = (read(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim()
    return [
      { pid, ppid: Number(ppid), command: command || stat.slice(0, stat.lastIndexOf(')') + 1) },
    ]
  })
}

/** Those whose environment or arguments name the mark, or that work in a folder so named. */
export function listMarkedProcesses(mark: string): ProcessInfo[] {
  return listProcesses().filter(
    ({ pid, command }) =>
      pid !== process.pid &&
      (command.includes(mark) ||
        (read(`/proc/${pid}/environ`) ?? '').includes(mark) ||
        (readLink(`/proc/${pid}/cwd`) ?? '').includes(mark)),
  )
}

/** A process may go while it is looked at. */
function read(path: string): string | null {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return null
  }
}

function readLink(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

/** The processes that this one has started itself. */
export function listChildren(pid: number): ProcessInfo[] {
  return listProcesses().filter((one) => one.ppid === pid)
}
