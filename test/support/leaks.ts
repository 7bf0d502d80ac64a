import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { listMarkedProcesses, listProcesses } from './processes.ts'
import { tempDirPrefix } from './temp-dir.ts'

/** What this process holds at one moment: how many of each thing, by a name that says what it is. */
export type Holdings = Map<string, number>

/** Work under way, not something held. */
const passing = new Set(['Immediate', 'TickObject', 'FSReqCallback', 'FSReqPromise', 'CloseReq'])

/** Descriptors that node opens for itself when first needed, and keeps. */
const nodesOwn = /^anon_inode:(\[(eventpoll|eventfd|io_uring)\]|inotify)$/

/** Counts timers, sockets, watchers, open files and children of this process. */
export function countHoldings(): Holdings {
  const holdings: Holdings = new Map()
  const add = (name: string): void => void holdings.set(name, (holdings.get(name) ?? 0) + 1)
  for (const kind of process.getActiveResourcesInfo()) if (!passing.has(kind)) add(kind)
  for (const fd of readOr(() => readdirSync('/proc/self/fd')) ?? []) {
    const target = readOr(() => readlinkSync(`/proc/self/fd/${fd}`))
    if (target === 'anon_inode:inotify') countWatches(fd, add)
    if (target !== null && isHeldFile(target)) add(`fd of ${target}`)
  }
  for (const { pid, ppid, command } of listProcesses()) {
    if (ppid === process.pid) add(`child ${pid}: ${command}`)
  }
  return holdings
}

/** What there is now and was not before, one line each. */
export function findNewHoldings(before: Holdings, now: Holdings): string[] {
  return [...now].flatMap(([name, count]) => {
    const more = count - (before.get(name) ?? 0)
    return more <= 0 ? [] : [more === 1 ? name : `${name} (${more} of them)`]
  })
}

/** Processes anywhere on the machine that this test run has started, children or not. */
export function findStrayProcesses(mark: string): { pid: number; text: string }[] {
  return listMarkedProcesses(mark).map(({ pid, command }) => ({
    pid,
    text: `process ${pid}: ${command}`,
  }))
}

/** Temp dirs that nobody has removed. */
export function findTempDirs(runDir: string): string[] {
  return (readOr(() => readdirSync(runDir)) ?? [])
    .filter((name) => name.startsWith(tempDirPrefix))
    .map((name) => `temp dir ${runDir}/${name}`)
}

function countWatches(fd: string, add: (name: string) => void): void {
  const info = readOr(() => readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1')) ?? ''
  for (const _ of info.matchAll(/^inotify wd:/gm)) add('file watch')
}

function isHeldFile(target: string): boolean {
  // The listing itself shows its own descriptor.
  return !nodesOwn.test(target) && !target.startsWith(`/proc/${process.pid}/fd`)
}

function readOr<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
