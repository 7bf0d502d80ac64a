import { agentMark } from '../process/agent-processes.ts'
import { clouds, credentialNames, isInherited, isSwitchedOn } from './environment-names.ts'
import type { AgentOptions } from '../options/options.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The whole environment of an agent: what is on the allow-list out of hostler's own `env`, then what
 * hostler sets, then what the options name. Everything else stays out: hostler's environment holds
 * secrets of its own, and all that an agent is given its tools can read. `SSH_AUTH_SOCK` is left out
 * too, because it lends the user's keys; name it in `options.env` where the agent is to have them.
 */
export function agentEnvironment(
  options: Pick<
    AgentOptions,
    'env' | 'backgroundWork' | 'resumeInterruptedTurn' | 'apiBaseUrl' | 'apiKey' | 'oauthToken'
  >,
  context: {
    env: Environment
    agentId: string
    questionFile?: string
    runEnvironment?: Record<string, string>
  },
): Record<string, string> {
  const named = namedByOptions(options)
  return {
    ...inheritedFrom(context.env, named),
    [agentMark]: context.agentId,
    ...(context.questionFile === undefined ? {} : { HOSTLER_QUESTION_FILE: context.questionFile }),
    CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: '1',
    DISABLE_AUTOUPDATER: '1',
    ...(options.backgroundWork === true ? {} : { CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1' }),
    ...(options.resumeInterruptedTurn === true ? { CLAUDE_CODE_RESUME_INTERRUPTED_TURN: '1' } : {}),
    ...named,
    ...context.runEnvironment,
  }
}

/** The base that the CLI wants: without the `/v1` and the `/` that people copy along with it. */
export function normaliseBaseUrl(url: string): string {
  return url.replace(/\/+$/, '').replace(/\/v1$/, '').replace(/\/+$/, '')
}

function namedByOptions(
  options: Pick<AgentOptions, 'env' | 'apiBaseUrl' | 'apiKey' | 'oauthToken'>,
): Record<string, string> {
  const { apiBaseUrl, apiKey, oauthToken, env } = options
  return {
    ...(apiBaseUrl === undefined ? {} : { ANTHROPIC_BASE_URL: normaliseBaseUrl(apiBaseUrl) }),
    ...(apiKey === undefined ? {} : { ANTHROPIC_API_KEY: apiKey }),
    ...(oauthToken === undefined ? {} : { CLAUDE_CODE_OAUTH_TOKEN: oauthToken }),
    ...env,
  }
}

function inheritedFrom(env: Environment, named: Record<string, string>): Record<string, string> {
  // An inherited API key would win over the token that the caller named, and a cloud over both.
  const hasOwnLogin = credentialNames.some((name) => name in named)
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue
    if (hasOwnLogin && (credentialNames.includes(name) || isCloudSwitch(name))) continue
    if (isInherited(name) || isOfActiveCloud(name, { ...env, ...named }, hasOwnLogin)) {
      result[name] = value
    }
  }
  return result
}

function isCloudSwitch(name: string): boolean {
  return clouds.some(({ switchName }) => switchName === name)
}

function isOfActiveCloud(name: string, env: Environment, hasOwnLogin: boolean): boolean {
  if (hasOwnLogin) return false
  return clouds.some(
    ({ switchName, prefixes, names }) =>
      isSwitchedOn(env[switchName]) &&
      (names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix))),
  )
}
