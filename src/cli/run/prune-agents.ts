import { rm } from 'node:fs/promises'
import { listAgents } from '../../agent/index.ts'

/** How many folders of ended agents are kept for their logs. */
const keptAgents = 20

/**
 * Removes the folders of ended agents but the newest, so that a folder per run does not fill the disk.
 * Only of those that are known to have ended, and that nobody supervises.
 */
export async function pruneAgents(dataDir: string): Promise<void> {
  const agents = await listAgents(dataDir)
  const ended = agents.filter((one) => one.state === 'ended' && one.supervisedBy === null)
  const old = ended.slice(0, Math.max(0, ended.length - keptAgents))
  await Promise.all(old.map(({ dir }) => rm(dir, { recursive: true, force: true })))
}
