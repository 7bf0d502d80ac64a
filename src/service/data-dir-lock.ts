import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { hostlerError } from '../errors.ts'
import { toSqliteStoreError } from '../store/dialects/sqlite-errors.ts'
import { tryLockFile } from '../store/dialects/sqlite-file-lock.ts'
import { isErrno } from '../util/is-errno.ts'

const holderSchema = z.object({
  program: z.string(),
  pid: z.number(),
  host: z.string(),
  since: z.string(),
})

type Holder = z.infer<typeof holderSchema>

/** How long it is looked for who has the lock: he notes himself right after he has got it. */
const nameWithinMs = 1000

/**
 * Makes this process the only one of its kind on a data directory, until it lets go or ends. The lock is
 * the kernel's: after `kill -9` it is free at once, and no pid is mistaken for another's. Not for network
 * file systems without working locks. `program` is what the next one is told: `hostler serve`.
 * @throws HostlerError `data_dir_locked`, `database_unavailable`
 */
export async function lockDataDir(
  dataDir: string,
  { program, signal }: { program: string; signal?: AbortSignal },
): Promise<AsyncDisposable> {
  signal?.throwIfAborted()
  makeDataDir(dataDir)
  const notePath = join(dataDir, 'lock.json')
  const lock = tryLockFile(join(dataDir, 'lock.db'))
  if (lock === null) throw await lockedError(dataDir, notePath, signal)

  try {
    noteHolder(notePath, {
      program,
      pid: process.pid,
      host: hostname(),
      since: new Date().toISOString(),
    })
  } catch (error) {
    lock.release()
    // On a full disk it is this that fails first.
    throw toSqliteStoreError(error, notePath)
  }
  return {
    async [Symbol.asyncDispose]() {
      // Before the lock: afterwards the note may be the next one's.
      rmSync(notePath, { force: true })
      lock.release()
    },
  }
}

function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    const cure = 'give another data directory, or the right to write there'
    const params = { path: 'dataDir', problem, cure }
    throw hostlerError('config_invalid', params, { cause: error })
  }
}

function noteHolder(notePath: string, holder: Holder): void {
  const unique = `${notePath}.${holder.pid}`
  writeFileSync(unique, `${JSON.stringify(holder)}\n`, { mode: 0o600 })
  renameSync(unique, notePath)
}

async function lockedError(
  dataDir: string,
  notePath: string,
  signal: AbortSignal | undefined,
): Promise<Error> {
  const endAt = performance.now() + nameWithinMs
  for (;;) {
    const holder = readHolder(notePath)
    if (holder !== null && mayBeAlive(holder)) {
      const { program, pid, host, since } = holder
      const place = host === hostname() ? '' : ` on ${host}`
      return hostlerError('data_dir_locked', { dataDir, program: `${program}${place}`, pid, since })
    }
    if (performance.now() > endAt) {
      const unknown = { program: 'another hostler', pid: 'unknown', since: 'a moment ago' }
      return hostlerError('data_dir_locked', { dataDir, ...unknown })
    }
    await sleep(20, undefined, { signal })
  }
}

function readHolder(notePath: string): Holder | null {
  try {
    const holder = holderSchema.safeParse(JSON.parse(readFileSync(notePath, 'utf8')))
    return holder.success ? holder.data : null
  } catch {
    return null
  }
}

/** A note that a killed one has left names a process that is no more. */
function mayBeAlive({ pid, host }: Holder): boolean {
  // Another container's pids mean nothing here.
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !isErrno(error, 'ESRCH')
  }
}
