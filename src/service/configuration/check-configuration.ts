import type { Configuration } from '../contract/configuration.ts'
import { ConfigProblem } from './config-problem.ts'

/**
 * Refuses what contradicts each other.
 * @throws ConfigProblem
 */
export function checkConfiguration({ worker, webhooks, database }: Configuration): void {
  const { leaseMs, heartbeatMs } = worker
  if (heartbeatMs * 2 > leaseMs) {
    const problem = `${heartbeatMs} ms is more than half of leaseMs, ${leaseMs} ms: one late heartbeat would lose every session`
    const cure = `give at most ${Math.floor(leaseMs / 2)}, or raise leaseMs`
    throw new ConfigProblem(['worker', 'heartbeatMs'], problem, cure)
  }
  if (database !== null) checkDatabase(database)
  const names = webhooks.map(({ name }) => name)
  const twice = names.findIndex((name, at) => names.indexOf(name) !== at)
  if (twice !== -1) {
    const problem = `"${names[twice]}" is the name of another webhook`
    throw new ConfigProblem(['webhooks', twice, 'name'], problem, 'give each a name of its own')
  }
}

// The URL is not shown: it may have a password in it.
function checkDatabase(database: string): void {
  const isUrl = URL.canParse(database)
  if (isUrl && /^postgres(ql)?:$/.test(new URL(database).protocol)) return
  const problem = isUrl ? 'is not a URL of PostgreSQL' : 'is not a URL'
  const cure = 'give postgres://user@host/hostler, with %XX for odd characters of the password'
  throw new ConfigProblem(['database'], problem, cure)
}
