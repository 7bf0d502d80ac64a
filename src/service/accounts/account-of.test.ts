import { describe, expect, test } from 'vitest'
import { accountOf } from './account-of.ts'

const none = {}
const key = { apiKey: 'sk-ant-api03-secret-secret' }

test('the same login is the same account, whoever names it', () => {
  const byEnv = accountOf(none, { ANTHROPIC_API_KEY: key.apiKey })
  expect(accountOf(key, none)).toEqual(byEnv)
  expect(accountOf({ env: { ANTHROPIC_API_KEY: key.apiKey } }, none)).toEqual(byEnv)
})

test('an account says nothing of its secret', () => {
  const { id, label } = accountOf(key, none)
  expect(id).toMatch(/^api_key-[0-9a-f]{12}$/)
  expect(label).toMatch(/^API key …[0-9a-f]{4}$/)
})

describe('what is another account', () => {
  test.each([
    { what: 'another key', profile: { apiKey: 'sk-ant-api03-other' }, kind: 'api_key' },
    { what: 'another server', profile: { ...key, apiBaseUrl: 'http://proxy' }, kind: 'api_key' },
    { what: 'an OAuth token', profile: { oauthToken: key.apiKey }, kind: 'oauth_token' },
    {
      what: 'a bearer token',
      profile: { env: { ANTHROPIC_AUTH_TOKEN: key.apiKey } },
      kind: 'auth_token',
    },
    {
      what: 'a cloud',
      profile: { env: { CLAUDE_CODE_USE_BEDROCK: '1', AWS_PROFILE: 'inn' } },
      kind: 'bedrock',
    },
    {
      what: 'a helper',
      profile: { settings: { apiKeyHelper: '/bin/key' } },
      kind: 'helper',
    },
    { what: 'the own login', profile: none, kind: 'own' },
  ])('$what', ({ profile, kind }) => {
    const account = accountOf(profile, { HOME: '/home/joe' })
    expect(account.id).toMatch(new RegExp(`^${kind}-`))
    expect(account.id).not.toBe(accountOf(key, none).id)
  })
})

test('a profile’s own login counts, not what hostler was started with', () => {
  const env = { CLAUDE_CODE_USE_BEDROCK: '1', ANTHROPIC_API_KEY: 'sk-ant-inherited' }
  expect(accountOf({ oauthToken: 'sk-ant-oat01-x' }, env).id).toMatch(/^oauth_token-/)
})

test('the own login is that of a folder on this machine', () => {
  const one = accountOf(none, { HOME: '/home/joe' })
  expect(one.label).toMatch(/^login of .+@.+/)
  expect(accountOf(none, { HOME: '/home/joe', CLAUDE_CONFIG_DIR: '/c' }).id).not.toBe(one.id)
})
