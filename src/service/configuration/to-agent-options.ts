import type { AgentOptions } from '../../agent/index.ts'
import type { Profile, ProfileOptions } from '../contract/profile.ts'

/**
 * What an agent is started with because of its profile. `requestTimeoutMs` is not among it: requests
 * outlive their agent, and expire in the database.
 */
export type ProfileAgentOptions = Pick<AgentOptions, AgentOptionName>

const agentOptionNames = [
  'claudeBin',
  'model',
  'fallbackModel',
  'systemPrompt',
  'appendSystemPrompt',
  'effort',
  'tools',
  'allowedTools',
  'disallowedTools',
  'additionalDirectories',
  'permissionMode',
  'maxTurns',
  'maxBudgetUsd',
  'settings',
  'settingSources',
  'mcpServers',
  'agents',
  'outputFormat',
  'env',
  'extraArgs',
  'backgroundWork',
  'apiBaseUrl',
  'apiKey',
  'oauthToken',
  'timeoutMs',
  'startTimeoutMs',
  'stallTimeoutMs',
  'maxLineBytes',
  'maxLogBytes',
] as const

type AgentOptionName = (typeof agentOptionNames)[number]

const overridable = [
  'model',
  'fallbackModel',
  'effort',
  'appendSystemPrompt',
  'outputFormat',
] as const satisfies readonly (keyof ProfileOptions)[]

const limits = [
  'maxTurns',
  'maxBudgetUsd',
  'timeoutMs',
] as const satisfies readonly (keyof ProfileOptions)[]

/**
 * The profile's options with those of a session or run instead. Nothing else of `overrides` is looked
 * at, and its limits can only be lower than the profile's: who may submit may not spend more.
 */
export function toAgentOptions(profile: Profile, overrides: ProfileOptions): ProfileAgentOptions {
  const lower = limits.flatMap((name) => {
    const given = [profile[name], overrides[name]].filter((value) => value !== undefined)
    return given.length === 0 ? [] : [[name, Math.min(...given)] as const]
  })
  return {
    ...pick(profile, agentOptionNames),
    ...pick(overrides, overridable),
    ...Object.fromEntries(lower),
  }
}

function pick<T extends object, Name extends keyof T>(
  from: T,
  names: readonly Name[],
): Partial<Pick<T, Name>> {
  const result: Partial<Pick<T, Name>> = {}
  for (const name of names) {
    if (from[name] !== undefined) result[name] = from[name]
  }
  return result
}
