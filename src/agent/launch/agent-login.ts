import { hostname } from 'node:os'
import { join } from 'node:path'
import type { AgentOptions } from '../options/options.ts'
import { clouds, isSwitchedOn } from './environment-names.ts'
import { agentEnvironment } from './environment.ts'

/** How an agent logs in. */
export type AgentLogin = {
  kind:
    | 'bedrock'
    | 'vertex'
    | 'foundry'
    | 'auth_token'
    | 'api_key'
    | 'oauth_token'
    | 'helper'
    | 'own'
  /** What tells it from others of its kind; it may be, or hold, a secret. */
  identity: string
  /** For people: whose it is, where that is no secret. */
  owner: string | null
}

type LoginOptions = Pick<AgentOptions, 'env' | 'apiBaseUrl' | 'apiKey' | 'oauthToken' | 'settings'>

const cloudKinds: Readonly<Record<string, 'bedrock' | 'vertex' | 'foundry'>> = {
  CLAUDE_CODE_USE_BEDROCK: 'bedrock',
  CLAUDE_CODE_USE_VERTEX: 'vertex',
  CLAUDE_CODE_USE_FOUNDRY: 'foundry',
}

/**
 * The login that the CLI takes of all that an agent with these options is given, by what it finds first
 * (run on 2.1.197 and 2.1.328): a cloud, a bearer token, an API key, an OAuth token, else its own login,
 * which is in its configuration folder on this machine.
 */
export function agentLogin(
  options: LoginOptions,
  { env: inherited }: { env: Readonly<Record<string, string | undefined>> },
): AgentLogin {
  const env = agentEnvironment(options, { env: inherited, agentId: '' })
  for (const { switchName, prefixes, names } of clouds) {
    const kind = cloudKinds[switchName]
    if (kind === undefined || !isSwitchedOn(env[switchName])) continue
    const isOfCloud = (name: string): boolean =>
      names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix))
    const given = Object.keys(env).filter(isOfCloud).toSorted()
    return { kind, identity: JSON.stringify(given.map((name) => [name, env[name]])), owner: null }
  }
  const base = env['ANTHROPIC_BASE_URL'] ?? ''
  const token = env['ANTHROPIC_AUTH_TOKEN'] ?? ''
  if (token !== '')
    return { kind: 'auth_token', identity: JSON.stringify([base, token]), owner: null }
  const apiKey = env['ANTHROPIC_API_KEY'] ?? ''
  if (apiKey !== '')
    return { kind: 'api_key', identity: JSON.stringify([base, apiKey]), owner: null }
  const oauthToken = env['CLAUDE_CODE_OAUTH_TOKEN'] ?? ''
  if (oauthToken !== '') {
    return { kind: 'oauth_token', identity: JSON.stringify([base, oauthToken]), owner: null }
  }
  const helper = typeof options.settings === 'object' ? options.settings['apiKeyHelper'] : undefined
  if (typeof helper === 'string') return { kind: 'helper', identity: helper, owner: null }
  // Not as the system names them: in a container the user often has no entry, and asking throws.
  const user = env['USER'] ?? env['LOGNAME'] ?? `user ${process.getuid?.() ?? ''}`.trim()
  const folder = env['CLAUDE_CONFIG_DIR'] ?? join(env['HOME'] ?? '', '.claude')
  const owner = `${user}@${hostname()}`
  return { kind: 'own', identity: JSON.stringify([hostname(), folder]), owner }
}
