import type { AgentOptions } from '../../agent/index.ts'
import type { Profile, ProfileOptions } from '../contract/profile.ts'
import { planningPreamble1 } from '../preamble/planning-1.ts'

/** Under which name agents know the MCP server with hostler's tools: `mcp__hostler__ask_human`. */
export const toolServerName = 'hostler'

/**
 * What an agent is started with because of its profile. `requestTimeoutMs` is not among it: requests
 * outlive their agent, and expire in the database.
 */
export type ProfileAgentOptions = Pick<AgentOptions, AgentOptionName | 'runEnvFile'>

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
  'firstEventTimeoutMs',
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
 * at, and its limits can only be lower than the profile's: who may submit may not spend more. A task's
 * agent gets no preamble.
 */
export function toAgentOptions(
  profile: Profile,
  overrides: ProfileOptions,
  { isTask = false }: { isTask?: boolean } = {},
): ProfileAgentOptions {
  const lower = limits.flatMap((name) => {
    const given = [profile[name], overrides[name]].filter((value) => value !== undefined)
    return given.length === 0 ? [] : [[name, Math.min(...given)] as const]
  })
  return {
    ...pick(profile, agentOptionNames),
    ...pick(overrides, overridable),
    ...Object.fromEntries(lower),
    ...withOwnTools(profile),
    ...(profile.runToken === true ? { runEnvFile: true } : {}),
    ...(isTask ? {} : withPreamble(profile, overrides)),
  }
}

// The CLI would ask a human whether the agent may ask a human. By name, so that an agent that was
// started with other tools is replaced.
function withOwnTools({
  hostlerTools = [],
  allowedTools = [],
}: Profile): Pick<ProfileAgentOptions, 'allowedTools'> {
  if (hostlerTools.length === 0) return {}
  const own = hostlerTools.map((name) => `mcp__${toolServerName}__${name}`)
  return { allowedTools: [...allowedTools, ...own] }
}

function withPreamble(
  profile: Profile,
  overrides: ProfileOptions,
): Pick<ProfileAgentOptions, 'appendSystemPrompt'> {
  const { preamble = 'none', hostlerTools = [] } = profile
  if (preamble === 'none') return {}
  const own = overrides.appendSystemPrompt ?? profile.appendSystemPrompt
  const text = planningPreamble1(hostlerTools)
  return { appendSystemPrompt: own === undefined ? text : `${text}\n\n${own}` }
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
