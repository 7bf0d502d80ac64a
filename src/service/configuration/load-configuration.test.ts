import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tempDir } from '../../../test/support/temp-dir.ts'
import { readConfig } from '../../config.ts'
import { diffConfiguration, withLiveChanges } from './diff-configuration.ts'
import { loadConfiguration } from './load-configuration.ts'
import { optionsHash } from './options-hash.ts'
import { secretsOf } from './secrets-of.ts'
import { toAgentOptions } from './to-agent-options.ts'

async function write(path: string, text: string, mode = 0o600): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  await chmod(path, mode)
  return path
}

describe('the file', () => {
  test('is looked for where the option says, the environment, the data folder, the config folder', async () => {
    await using dir = await tempDir()
    const at = (name: string): string => join(dir.path, name)
    const env = { HOME: at('home'), HOSTLER_DATA_DIR: at('data'), HOSTLER_CONFIG: at('named.yaml') }
    const { HOSTLER_CONFIG: _, ...unnamed } = env
    const pathFor = (given: Record<string, string>, path?: string): string | null =>
      loadConfiguration({ path, config: readConfig(given) }).path

    expect(pathFor(unnamed)).toBeNull()
    const inConfig = await write(at('home/.config/hostler/hostler.yaml'), '')
    expect(pathFor(unnamed)).toBe(inConfig)
    expect(pathFor({ ...unnamed, XDG_CONFIG_HOME: at('xdg') })).toBeNull()
    const inData = await write(at('data/hostler.yaml'), '')
    expect(pathFor(unnamed)).toBe(inData)
    expect(() => pathFor(env)).toThrow(/named\.yaml \(from HOSTLER_CONFIG\): does not exist/)
    const named = await write(at('named.yaml'), '')
    expect(pathFor(env)).toBe(named)
    const given = await write(at('given.yaml'), '')
    expect(pathFor(env, given)).toBe(given)
    expect(() => pathFor(env, at('none.yaml'))).toThrow(/none\.yaml: does not exist/)
    expect(() => pathFor(env, dir.path)).toThrow(/EISDIR/)
  })

  test('says where the data is, unless the option or the environment does', async () => {
    await using dir = await tempDir()
    const path = await write(join(dir.path, 'a.yaml'), 'dataDir: mine')
    const dataDir = (env: Record<string, string>, option?: string): string =>
      loadConfiguration({ path, dataDir: option, config: readConfig(env) }).configuration.dataDir
    expect(dataDir({ HOME: '/h' })).toBe(join(dir.path, 'mine'))
    expect(dataDir({ HOME: '/h', HOSTLER_DATA_DIR: '/env' })).toBe('/env')
    expect(dataDir({ HOME: '/h', HOSTLER_DATA_DIR: '/env' }, '/option')).toBe('/option')
  })

  test('says which database, unless the option or the environment does; folders go by that', async () => {
    await using dir = await tempDir()
    const path = await write(join(dir.path, 'a.yaml'), 'workspaces: { roots: [/srv] }')
    const load = (env: Record<string, string>, database?: string) =>
      loadConfiguration({ path, database, config: readConfig({ HOME: '/h', ...env }) })
        .configuration
    expect(load({})).toMatchObject({ database: null, worker: { paths: '*' } })
    const env = { HOSTLER_DATABASE_URL: 'postgres://env/x' }
    expect(load(env)).toMatchObject({ database: 'postgres://env/x', worker: { paths: ['/srv'] } })
    expect(load(env, 'postgresql://flag/x').database).toBe('postgresql://flag/x')
    expect(() => load(env, 'mysql://joe:s3cret@flag/x')).toThrow(
      /^(?!.*s3cret).*database: is not a URL of/,
    )
  })

  test.each([
    ['server:\n  port: 1\n  port: 2\n', /h\.yaml:3:3: Map keys must be unique/],
    ['server:\n\tport: 1\n', /h\.yaml:2:1: .*[Tt]abs/],
    ['server: {port: 1\n', /h\.yaml:2:1: /],
    ['server:\n  port: 7\n\nlog:\n  level: loud\n', /h\.yaml:5:10: log\.level: cannot be "loud"/],
    [
      'profiles:\n  default:\n    # x\n    modle: opus\n',
      /h\.yaml:4:\d+: profiles\.default\.modle/,
    ],
    ['profiles:\n  a:\n    env:\n      X: ${NONE}\n', /h\.yaml:4:10: profiles\.a\.env\.X: .*NONE/],
    [
      'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]',
      /h\.yaml: Excessive alias count/,
    ],
    ['server: *none\n', /h\.yaml.*[Uu]nresolved alias/],
  ])('%j is refused with its place', async (text, said) => {
    await using dir = await tempDir()
    const path = await write(join(dir.path, 'h.yaml'), text)
    const load = (): unknown => loadConfiguration({ path, config: readConfig({ HOME: '/h' }) })
    expect(load).toThrow(said)
    expect(load).toThrow(expect.objectContaining({ code: 'config_invalid' }))
  })

  test('with a secret in it that others can read is warned of', async () => {
    await using dir = await tempDir()
    const config = readConfig({ HOME: '/h', KEY: 'a-long-secret' })
    const warned = async (text: string, mode: number): Promise<number> => {
      const path = await write(join(dir.path, 'h.yaml'), text, mode)
      return loadConfiguration({ path, config }).warnings.length
    }
    expect(await warned('profiles: { a: { apiKey: a-long-secret } }', 0o644)).toBe(1)
    expect(await warned('profiles: { a: { apiKey: a-long-secret } }', 0o600)).toBe(0)
    expect(await warned('profiles: { a: { apiKey: "${KEY}" } }', 0o644)).toBe(0)
  })
})

async function load(text: string) {
  await using dir = await tempDir()
  const path = await write(join(dir.path, 'h.yaml'), text)
  const config = readConfig({ HOME: '/h', HOSTLER_DATA_DIR: '/d' })
  return loadConfiguration({ path, config }).configuration
}

test('a reload says what it brings into force, and what waits for a restart', async () => {
  const old = await load('profiles: { a: { model: opus }, gone: {} }\nserver: { port: 1 }')
  const next = await load(
    'profiles: { a: { model: haiku }, new: {} }\nserver: { port: 2, host: 127.0.0.2 }\n' +
      'limits: { running: 3 }\nlog: { level: debug, format: text }\nworkspaces: { roots: [/r] }',
  )
  expect(diffConfiguration(old, old)).toEqual({ live: [], restart: [] })
  const { live, restart } = diffConfiguration(old, next)
  expect(live.toSorted()).toEqual([
    'limits.running',
    'log.level',
    'profiles.a',
    'profiles.gone',
    'profiles.new',
    'workspaces.roots',
  ])
  expect(restart.toSorted()).toEqual(['log.format', 'server.host', 'server.port'])
  const applied = withLiveChanges(old, next)
  expect(diffConfiguration(next, applied).live).toEqual([])
  expect(diffConfiguration(old, applied).restart).toEqual([])
  const toPostgres = await load('database: postgres://x/y')
  expect(diffConfiguration(old, toPostgres).restart).toContain('database')
  expect(diffConfiguration(old, withLiveChanges(old, toPostgres)).restart).toEqual([])
})

test('a run takes its own model, and may spend less than its profile, never more', async () => {
  const { profiles } = await load(
    'profiles: { a: { model: opus, maxTurns: 5, maxBudgetUsd: 2, tools: [Read], requestTimeoutMs: 1h, pool: big } }',
  )
  const profile = profiles['a'] ?? { name: 'none' }
  expect(toAgentOptions(profile, {})).toEqual({
    model: 'opus',
    maxTurns: 5,
    maxBudgetUsd: 2,
    tools: ['Read'],
  })
  const overrides = { model: 'haiku', maxTurns: 9, maxBudgetUsd: 1, timeoutMs: 7, tools: ['Bash'] }
  expect(toAgentOptions(profile, overrides)).toEqual({
    model: 'haiku',
    maxTurns: 5,
    maxBudgetUsd: 1,
    timeoutMs: 7,
    tools: ['Read'],
  })
})

test('the hash of options depends on their values, not on their order, and shows none', () => {
  const hash = optionsHash({ model: 'opus', env: { A: '1', B: '2' }, apiKey: 'k' })
  expect(hash).toMatch(/^[0-9a-f]{64}$/)
  expect(optionsHash({ apiKey: 'k', env: { B: '2', A: '1' }, model: 'opus' })).toBe(hash)
  expect(optionsHash({ apiKey: 'l', env: { B: '2', A: '1' }, model: 'opus' })).not.toBe(hash)
  expect(optionsHash({ tools: ['a', 'b'] })).not.toBe(optionsHash({ tools: ['b', 'a'] }))
  expect(optionsHash({ tools: ['a,b'] })).not.toBe(optionsHash({ tools: ['a', 'b'] }))
})

test('secrets are known wherever they are configured', async () => {
  const configuration = await load(
    `database: postgres://joe:db-password@db/x
profiles:
  a:
    apiKey: the-api-key
    env: { GITHUB_TOKEN: the-variable, DEBUG: "1" }
    mcpServers:
      one: { command: x, env: { K: the-server-key } }
      two: { type: http, url: "https://x", headers: { Authorization: Bearer the-header } }
webhooks: [{ name: a, url: "https://x", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, events: [run.ended] }]`,
  )
  expect(secretsOf(configuration).toSorted()).toEqual([
    'Bearer the-header',
    'db-password',
    'the-api-key',
    'the-server-key',
    'the-variable',
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  ])
})
