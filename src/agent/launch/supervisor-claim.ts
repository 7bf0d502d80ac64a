import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { isErrno } from '../../util/is-errno.ts'
import { hostlerError } from '../../errors.ts'
import type { AgentPaths } from './agent-folder.ts'
import { isObject } from '../messages/loose.ts'
import { isAlive, readProcessIdentity, type ProcessIdentity } from '../process/process-identity.ts'

/**
 * Makes this process the agent's only supervisor: two writers on one FIFO would tear each other's lines,
 * and a torn line kills the CLI. A claim of a process that has died counts for nothing.
 * @throws agent_supervised
 */
export async function claimSupervision(
  paths: AgentPaths,
  agentId: string,
): Promise<() => Promise<void>> {
  const own = await readProcessIdentity(process.pid)
  const unique = `${paths.supervisor}.${process.pid}.${performance.now()}`
  await writeFile(unique, JSON.stringify(own), { mode: 0o600 })
  try {
    for (;;) {
      try {
        // Unlike writing, linking fails when somebody else was faster.
        await link(unique, paths.supervisor)
        return () => rm(paths.supervisor, { force: true })
      } catch (error) {
        if (!isErrno(error, 'EEXIST')) throw error
      }
      const holder = await readSupervisor(paths)
      if (holder !== null) throw hostlerError('agent_supervised', { id: agentId, pid: holder.pid })
      await removeDeadClaim(paths, `${unique}.dead`)
    }
  } finally {
    await rm(unique, { force: true })
  }
}

/** The live process that supervises the agent; `null` when there is none. */
export async function readSupervisor(paths: AgentPaths): Promise<ProcessIdentity | null> {
  const holder = await readClaim(paths.supervisor)
  return holder !== null && (await isAlive(holder)) ? holder : null
}

/** Two processes may come to the same dead claim: what is moved away is looked at again. */
async function removeDeadClaim(paths: AgentPaths, moved: string): Promise<void> {
  try {
    await rename(paths.supervisor, moved)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return
    throw error
  }
  const holder = await readClaim(moved)
  if (holder !== null && (await isAlive(holder))) {
    await link(moved, paths.supervisor).catch(() => undefined)
  }
  await rm(moved, { force: true })
}

async function readClaim(path: string): Promise<ProcessIdentity | null> {
  try {
    const claim: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (!isObject(claim)) return null
    const { pid, startTime } = claim
    return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : null
  } catch {
    return null
  }
}
