import { describe, expect, test } from 'vitest'
import { agentEnvironment, normaliseBaseUrl } from './environment.ts'

function environment(
  env: Record<string, string>,
  options: Parameters<typeof agentEnvironment>[0] = {},
): Record<string, string> {
  return agentEnvironment(options, { env, agentId: 'agent-1' })
}

const ours = {
  HOSTLER_AGENT_ID: 'agent-1',
  CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: '1',
  CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
  DISABLE_AUTOUPDATER: '1',
}

describe('the environment of an agent', () => {
  test('is ours alone when nothing is inherited', () => {
    expect(environment({})).toEqual(ours)
  })

  test('inherits what a program and the CLI need', () => {
    const env = {
      PATH: '/bin',
      HOME: '/home/u',
      LC_ALL: 'C.UTF-8',
      https_proxy: 'http://proxy',
      NO_PROXY: 'localhost',
      IS_SANDBOX: '1',
      ANTHROPIC_MODEL: 'm',
      CLAUDE_CONFIG_DIR: '/c',
      DISABLE_TELEMETRY: '1',
      API_TIMEOUT_MS: '5',
    }
    expect(environment(env)).toEqual({ ...env, ...ours })
  })

  test('W7 has no secret of hostler, nor anything else that is not on the list', () => {
    const env = {
      HOSTLER_TOKEN: 's',
      HOSTLER_CLAUDE_BIN: '/x',
      DATABASE_URL: 's',
      TELEGRAM_BOT_TOKEN: 's',
      GITHUB_TOKEN: 's',
      SSH_AUTH_SOCK: '/s',
      OTEL_EXPORTER_OTLP_HEADERS: 's',
      NODE_OPTIONS: '--require x',
      LD_PRELOAD: 'x',
      AWS_SECRET_ACCESS_KEY: 's',
      GOOGLE_APPLICATION_CREDENTIALS: 's',
      AZURE_CLIENT_SECRET: 's',
      ANTHROPIC_FOUNDRY_API_KEY: 's',
    }
    expect(environment(env)).toEqual(ours)
  })

  test('has no trace of a Claude Code that hostler was started from', () => {
    const env = {
      CLAUDECODE: '1',
      CLAUDE_CODE_ENTRYPOINT: 'cli',
      CLAUDE_CODE_SESSION_ID: 'x',
      CLAUDE_CODE_CHILD_SESSION: '1',
      CLAUDE_PID: '5',
      CLAUDE_CODE_MESSAGING_SOCKET: '/x',
      CLAUDE_CODE_MESSAGING_TOKEN: 'x',
      CLAUDE_CODE_SSE_PORT: '1',
      CLAUDE_EFFORT: 'high',
      AI_AGENT: 'x',
      CLAUDE_AGENT_SDK_VERSION: '0',
      CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR: '4',
      CLAUDE_CODE_RESUME_INTERRUPTED_TURN: '1',
    }
    expect(environment(env)).toEqual(ours)
  })

  test.each([
    [
      'CLAUDE_CODE_USE_BEDROCK',
      { AWS_PROFILE: 'p', AWS_REGION: 'r', ANTHROPIC_BEDROCK_BASE_URL: 'u' },
    ],
    ['CLAUDE_CODE_USE_VERTEX', { GOOGLE_APPLICATION_CREDENTIALS: '/f', CLOUD_ML_REGION: 'r' }],
    ['CLAUDE_CODE_USE_FOUNDRY', { AZURE_CLIENT_SECRET: 's', ANTHROPIC_FOUNDRY_API_KEY: 'k' }],
  ])('%s switches the credentials of that cloud on', (switchName, credentials) => {
    expect(environment({ ...credentials, [switchName]: '1' })).toMatchObject(credentials)
    expect(environment({ ...credentials }, { env: { [switchName]: 'true' } })).toMatchObject(
      credentials,
    )
    expect(environment({ ...credentials, [switchName]: '0' })).toEqual({
      ...ours,
      [switchName]: '0',
    })
  })

  test('what the options name wins', () => {
    const options = { env: { PATH: '/mine', SSH_AUTH_SOCK: '/s' }, apiBaseUrl: 'http://b/v1' }
    expect(environment({ PATH: '/bin', ANTHROPIC_BASE_URL: 'http://a' }, options)).toEqual({
      ...ours,
      PATH: '/mine',
      SSH_AUTH_SOCK: '/s',
      ANTHROPIC_BASE_URL: 'http://b',
    })
  })

  test('a login in the options takes the place of every inherited one', () => {
    const inherited = {
      ANTHROPIC_API_KEY: 'old',
      ANTHROPIC_AUTH_TOKEN: 'old',
      CLAUDE_CODE_OAUTH_TOKEN: 'old',
      CLAUDE_CODE_USE_BEDROCK: '1',
      AWS_PROFILE: 'p',
    }
    expect(environment(inherited)).toMatchObject(inherited)
    const token = { CLAUDE_CODE_OAUTH_TOKEN: 'new' }
    expect(environment(inherited, { oauthToken: 'new' })).toEqual({ ...ours, ...token })
    expect(environment(inherited, { env: token })).toEqual({ ...ours, ...token })
    const key = { ANTHROPIC_API_KEY: 'new' }
    expect(environment(inherited, { apiKey: 'new' })).toEqual({ ...ours, ...key })
  })

  test('background work is off unless wanted', () => {
    const env = environment({ CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1' }, { backgroundWork: true })
    expect(env).not.toHaveProperty('CLAUDE_CODE_DISABLE_BACKGROUND_TASKS')
  })
})

test.each(['http://h', 'http://h/', 'http://h/v1', 'http://h/v1/', 'http://h//v1//'])(
  'the base of %s is http://h',
  (url) => expect(normaliseBaseUrl(url)).toBe('http://h'),
)

test('a path before /v1 is kept', () => {
  expect(normaliseBaseUrl('https://h/anthropic/v1')).toBe('https://h/anthropic')
  expect(normaliseBaseUrl('https://h/myv1')).toBe('https://h/myv1')
})
