import type { Configuration } from '../../service/contract/configuration.ts'

/** The main things of a configuration, a line each. */
export function describeConfiguration(configuration: Configuration): string[] {
  const { dataDir, database, profiles, workspaces, limits, server, webhooks } = configuration
  const names = Object.keys(profiles)
  const atOnce = limits.running === null ? '' : `, ${limits.running} over all workers`
  return [
    `${names.length === 1 ? 'profile' : 'profiles'}: ${names.join(', ')}`,
    `data: ${dataDir}`,
    `database: ${database === null ? 'hostler.db there (SQLite)' : withoutLogin(database)}`,
    `workspaces under: ${workspaces.roots.length === 0 ? 'none but those of profiles' : workspaces.roots.join(', ')}`,
    `turns at once: ${limits.perWorker} on this worker${atOnce}`,
    `listens on: ${server.host}:${server.port}`,
    ...(webhooks.length === 0 ? [] : [`webhooks: ${webhooks.map(({ name }) => name).join(', ')}`]),
  ]
}

function withoutLogin(database: string): string {
  const { host, pathname } = new URL(database)
  return `PostgreSQL at ${host}${pathname}`
}
