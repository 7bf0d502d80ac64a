import { createHash } from 'node:crypto'
import { agentLogin, type AgentLogin } from '../../agent/index.ts'
import type { ServiceContext } from '../context.ts'
import type { Profile } from '../contract/profile.ts'

/** A login, by what can be told of it. */
export type AccountName = { id: string; label: string }

// Lets nobody try keys against a list of hashes that was made for something else.
const prefix = 'hostler account\n'

const names: Readonly<Record<AgentLogin['kind'], string>> = {
  bedrock: 'Amazon Bedrock',
  vertex: 'Google Vertex AI',
  foundry: 'Microsoft Foundry',
  auth_token: 'bearer token',
  api_key: 'API key',
  oauth_token: 'OAuth token',
  helper: 'API key helper',
  own: 'login of',
}

/**
 * The login that agents of a profile use on this machine. Its id is that of what it logs in with, and
 * never holds it: another key is another account.
 */
export function accountOf(
  profile: Pick<Profile, 'env' | 'apiBaseUrl' | 'apiKey' | 'oauthToken' | 'settings'>,
  env: ServiceContext['env'],
): AccountName {
  const { kind, identity, owner } = agentLogin(profile, { env })
  const hash = createHash('sha256').update(`${prefix}${kind}\n${identity}`).digest('hex')
  const label = owner === null ? `${names[kind]} …${hash.slice(8, 12)}` : `${names[kind]} ${owner}`
  return { id: `${kind}-${hash.slice(0, 12)}`, label }
}

/** Which account each profile of the configuration uses on this machine. */
export function accountsOfProfiles(
  context: Pick<ServiceContext, 'configuration' | 'env'>,
): Map<string, AccountName> {
  const { profiles } = context.configuration()
  return new Map(
    Object.entries(profiles).map(([name, profile]) => [name, accountOf(profile, context.env)]),
  )
}
