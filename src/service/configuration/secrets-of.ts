import type { Configuration } from '../contract/configuration.ts'
import type { NamedMcpServer, Profile } from '../contract/profile.ts'

// Shorter ones are "1", "true" and the like.
const minLength = 8

/** All secrets of a configuration, to be kept out of logs and errors; values of variables among them. */
export function secretsOf({ database, profiles, webhooks }: Configuration): string[] {
  const all = [
    ...(database === null ? [] : [passwordOf(database)]),
    ...Object.values(profiles).flatMap(profileSecrets),
    ...webhooks.map(({ secret }) => secret),
  ]
  const known = all.filter((secret) => secret !== undefined && secret.length >= minLength)
  return [...new Set(known)].filter((secret) => secret !== undefined)
}

function passwordOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).password : undefined
}

function profileSecrets({ apiKey, oauthToken, env = {}, mcpServers = {} }: Profile) {
  return [
    apiKey,
    oauthToken,
    ...Object.values(env),
    ...Object.values(mcpServers).flatMap(serverSecrets),
  ]
}

function serverSecrets(server: NamedMcpServer): string[] {
  const hidden = 'command' in server ? server.env : server.headers
  return Object.values(hidden ?? {})
}
