import { listAgents } from '../../agent/index.ts'
import { ok, warn, type Check } from './check.ts'

/** Agents that nobody looks after: they wait, or they go on and cost money. */
export async function checkAgents(dataDir: string): Promise<Check> {
  const agents = await listAgents(dataDir).catch(() => null)
  if (agents === null) return warn('agents', 'cannot be listed', 'mend the data folder first')
  const running = agents.filter(({ state }) => state === 'running')
  const alone = running.filter(({ supervisedBy }) => supervisedBy === null)
  const broken = agents.filter(({ state }) => state === 'broken')
  const [first] = alone
  if (first !== undefined) {
    const message = `${alone.length} running without a supervisor, the first is ${first.id}`
    return warn('agents', message, `hostler attach ${first.id.slice(0, 13)}, or hostler stop --all`)
  }
  const [unreadable] = broken
  if (unreadable !== undefined) {
    const message = `${broken.length} with a folder that cannot be read: ${unreadable.dir}`
    return warn('agents', message, 'hostler sweep, then remove the folder')
  }
  return ok('agents', `${running.length} running, ${agents.length - running.length} ended`)
}
