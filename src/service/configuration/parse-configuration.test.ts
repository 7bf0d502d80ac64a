import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tempDir } from '../../../test/support/temp-dir.ts'
import { HostlerError } from '../../errors.ts'
import type { Configuration } from '../contract/configuration.ts'
import { parseConfiguration, type ParseContext } from './parse-configuration.ts'

const machine = { cores: 4, memoryBytes: 8 * 1024 ** 3 }
const context = {
  baseDir: '/inn',
  env: { HOME: '/home/joe' },
  dataDir: '/data',
  isRoot: false,
  machine,
}

function parse(input: unknown, more: Partial<ParseContext> = {}): Configuration {
  return parseConfiguration(input, { ...context, ...more })
}

/** `field: problem; cure` of the error. */
function refusal(input: unknown, more: Partial<ParseContext> = {}): string {
  try {
    parse(input, more)
  } catch (error) {
    if (error instanceof HostlerError && error.code === 'config_invalid') {
      return `${error.message.replace(/^configuration: /, '')}; ${error.cure}`
    }
    throw error
  }
  throw new Error('was taken')
}

test('of nothing come the defaults', () => {
  expect(parse(null)).toEqual(parse({}))
  expect(parse({})).toEqual({
    dataDir: '/data',
    database: null,
    profiles: {
      default: {
        name: 'default',
        shareWorkspace: false,
        onArchive: 'remove',
        saveWork: 'bundle',
        onBusy: 'queue',
        pool: 'default',
        warmMs: 600_000,
        spare: 0,
        maxAttempts: 3,
        onSessionLost: 'stop',
        onRequestExpiry: 'deny',
        parkAfterMs: 600_000,
        allowBypass: false,
        hostlerTools: [],
        runToken: false,
        preamble: 'none',
        childProfiles: [],
        maxChildDepth: 1,
        maxChildren: 20,
      },
    },
    workspaces: { roots: [] },
    budgets: {
      timeZone: 'UTC',
      maxDayUsd: null,
      labels: [],
      reserveUsd: 1,
      warnAt: 0.8,
      onLimit: 'wait',
    },
    limits: {
      running: null,
      perWorker: 16,
      minFreeMemoryBytes: 1024 ** 3,
      minFreeDiskBytes: 256 * 1024 ** 2,
      maxOpenRuns: 100_000,
    },
    agents: { maxWarm: 8, maxWarmMemoryBytes: 2 * 1024 ** 3, onStop: 'leave', drainMs: 600_000 },
    worker: { pools: ['default'], paths: '*', leaseMs: 5000, heartbeatMs: 1500 },
    server: {
      host: '127.0.0.1',
      port: 7717,
      allowedHosts: [],
      allowedOrigins: [],
      maxBodyBytes: 10_000_000,
      maxAttachmentBytes: 32_000_000,
      attachmentTypes: ['image/*', 'application/pdf', 'application/json', 'text/*'],
      requestsPerMinute: 600,
      maxConnections: 1000,
    },
    webhooks: [],
    log: { level: 'info', format: 'json' },
  })
})

test('a small machine gets limits that it can bear', () => {
  const { limits, agents } = parse({}, { machine: { cores: 2, memoryBytes: 1024 ** 3 } })
  expect(limits).toMatchObject({ perWorker: 2, minFreeMemoryBytes: 1024 ** 3 / 4 })
  expect(agents.maxWarmMemoryBytes).toBe(1024 ** 3 / 4)
  expect(parse({}, { machine: { cores: 1, memoryBytes: 1 } }).limits.perWorker).toBe(1)
})

test('sections and profiles whose keys are all commented out are as if they were not there', () => {
  expect(parse({ profiles: null, limits: null, webhooks: null })).toEqual(parse({}))
  expect(parse({ profiles: { default: null, other: null } }).profiles['other']).toMatchObject({
    name: 'other',
    maxAttempts: 3,
  })
})

test.each([
  [600_000, 600_000],
  ['600000', 600_000],
  ['90s', 90_000],
  ['10m', 600_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['2d', 172_800_000],
  ['500ms', 500],
])('the duration %j is %d ms', (written, ms) => {
  expect(
    parse({ profiles: { default: { timeoutMs: written } } }).profiles['default'],
  ).toMatchObject({
    timeoutMs: ms,
  })
})

test.each([
  [1000, 1000],
  ['1000', 1000],
  ['512MB', 512_000_000],
  ['2GiB', 2 * 1024 ** 3],
  ['1.5 kB', 1500],
  ['64KiB', 65_536],
])('the size %j is %d bytes', (written, bytes) => {
  expect(parse({ limits: { minFreeMemoryBytes: written } }).limits.minFreeMemoryBytes).toBe(bytes)
})

describe('references', () => {
  const env = {
    HOME: '/home/joe',
    KEY: 'sk-1',
    EMPTY: '',
    PORT: '80',
    NASTY: 'a: ${KEY}',
    ON: 'true',
  }

  test.each([
    ['${KEY}', 'sk-1'],
    ['a ${KEY} b ${KEY}', 'a sk-1 b sk-1'],
    ['${NONE:-x}', 'x'],
    ['${NONE:-}', ''],
    ['${EMPTY:-x}', 'x'],
    ['${EMPTY}', ''],
    ['${NONE:-${KEY}!}', 'sk-1!'],
    ['$${KEY}', '${KEY}'],
    ['$$${KEY}', '$${KEY}'],
    ['$KEY $ {', '$KEY $ {'],
    ['${NASTY}', 'a: ${KEY}'],
  ])('%j is %j', (written, text) => {
    const { profiles } = parse({ profiles: { default: { env: { X: written } } } }, { env })
    expect(profiles['default']?.env).toEqual({ X: text })
  })

  test('stand for numbers, true and false, and choices as well', () => {
    const input = {
      server: { port: '${PORT}' },
      log: { level: '${LEVEL:-debug}' },
      profiles: { default: { shareWorkspace: '${ON}', maxBudgetUsd: '${BUDGET:-2.5}' } },
    }
    const { server, log, profiles } = parse(input, { env })
    expect(server.port).toBe(80)
    expect(log.level).toBe('debug')
    expect(profiles['default']).toMatchObject({ shareWorkspace: true, maxBudgetUsd: 2.5 })
  })

  test('to files are read without their last line break', async () => {
    await using dir = await tempDir()
    await writeFile(join(dir.path, 'key'), 'sk-2\n')
    await mkdir(join(dir.path, 'credentials'))
    await writeFile(join(dir.path, 'credentials', 'token'), 'first\nsecond\n')
    const input = {
      profiles: { default: { apiKey: '${file:key}', env: { X: '${file:${DIR}/token}' } } },
    }
    const surroundings = { baseDir: dir.path, env: { DIR: join(dir.path, 'credentials') } }
    expect(parse(input, surroundings).profiles['default']).toMatchObject({
      apiKey: 'sk-2',
      env: { X: 'first\nsecond' },
    })
  })

  test.each([
    [
      { profiles: { default: { apiKey: '${NONE}' } } },
      'profiles.default.apiKey: the environment variable NONE is not set; set it, or write ${NONE:-default}',
    ],
    [
      { webhooks: [{ name: '${NONE}' }] },
      'webhooks.0.name: the environment variable NONE is not set; set it, or write ${NONE:-default}',
    ],
    [
      { dataDir: '${HOME' },
      'dataDir: has a "${" without its "}"; close it with "}", or write $${ for the characters themselves',
    ],
    [
      { dataDir: '${file:none}' },
      'dataDir: there is no file "/inn/none"; create it, or name another one',
    ],
  ])('%j is refused', (input, said) => {
    expect(refusal(input)).toBe(said)
  })

  test.each(['${}', '${A-b}', '${A B}', '${A:=b}'])('%s is none', (written) => {
    expect(refusal({ dataDir: written })).toContain(`"${written}" is no reference`)
  })
})

test('relative paths are seen from the file’s folder, and ~ from the user’s home', () => {
  const { dataDir, workspaces, profiles, worker } = parse({
    dataDir: 'data',
    workspaces: { roots: ['~/projects', '/srv', '../x'] },
    worker: { paths: ['here'] },
    profiles: {
      default: {
        workspace: { path: '~' },
        additionalDirectories: ['lib'],
        claudeBin: './claude',
      },
      other: { workspace: { git: './not-a-path.git' } },
    },
  })
  expect(dataDir).toBe('/inn/data')
  expect(workspaces.roots).toEqual(['/home/joe/projects', '/srv', '/x'])
  expect(worker.paths).toEqual(['/inn/here'])
  expect(profiles['default']).toMatchObject({
    workspace: { path: '/home/joe' },
    additionalDirectories: ['/inn/lib'],
    claudeBin: '/inn/claude',
  })
  expect(profiles['other']?.workspace).toEqual({ git: './not-a-path.git' })
})

test('with PostgreSQL a worker takes the folders that its configuration names', () => {
  const input = {
    database: 'postgres://db/hostler',
    workspaces: { roots: ['/srv'] },
    profiles: { a: { workspace: { path: '/a' } }, b: { workspace: { path: '/srv' } } },
  }
  expect(parse(input).worker.paths).toEqual(['/srv', '/a'])
  expect(parse({ ...input, worker: { paths: [] } }).worker.paths).toEqual([])
  expect(parse({ ...input, worker: { paths: '*' } }).worker.paths).toBe('*')
})

describe('a profile that extends another', () => {
  test('has its keys, but for those that it has itself, as a whole', () => {
    const { profiles } = parse({
      profiles: {
        base: { model: 'opus', allowedTools: ['Read', 'Grep'], maxTurns: 5, pool: 'big' },
        middle: { extends: 'base', maxTurns: 9 },
        leaf: { extends: 'middle', allowedTools: ['Read'] },
      },
    })
    expect(profiles['leaf']).toMatchObject({
      name: 'leaf',
      model: 'opus',
      allowedTools: ['Read'],
      maxTurns: 9,
      pool: 'big',
    })
    expect(profiles['leaf']).not.toHaveProperty('extends')
    expect(profiles['default']).not.toHaveProperty('model')
  })

  test.each([
    [
      { a: { extends: 'b' }, b: { extends: 'c' }, c: { extends: 'b' } },
      'profiles.c.extends: goes round in a circle: b → c → b; take one of them out',
    ],
    [
      { a: { extends: 'a' } },
      'profiles.a.extends: goes round in a circle: a → a; take one of them out',
    ],
    [
      { base: {}, a: { extends: 'bass' } },
      'profiles.a.extends: there is no profile "bass"; name one of these (did you mean "base"?)',
    ],
  ])('%j is refused', (profiles, said) => {
    expect(refusal({ profiles })).toBe(said)
  })
})

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

describe('bad input is refused, with the key, the value and what would be right', () => {
  test.each<[unknown, string]>([
    [[], 'cannot be this list; give an object'],
    ['text', 'cannot be "text"; give an object'],
    [{ profile: {} }, 'profile: there is no such key; did you mean "profiles"?'],
    [{ servers: {} }, 'servers: there is no such key; did you mean "server"?'],
    [{ quantum: 1 }, 'quantum: there is no such key; leave it out'],
    [
      { profiles: { default: { permisionMode: 'plan' } } },
      'profiles.default.permisionMode: there is no such key; did you mean "permissionMode"?',
    ],
    [
      { profiles: { default: { permissionMode: 'plann' } } },
      'profiles.default.permissionMode: cannot be "plann"; give one of default, acceptEdits, plan, dontAsk, auto, bypassPermissions (did you mean "plan"?)',
    ],
    [{ profiles: { a: { name: 'b' } } }, 'profiles.a.name: there is no such key; leave it out'],
    [
      { profiles: { 'a b': {} } },
      'profiles.a b: cannot be this object; give a name of letters, digits, ".", "_" and "-"',
    ],
    [
      { profiles: { a: { workspace: { pth: '/x' } } } },
      'profiles.a.workspace: cannot be this object; give { path } or { git, ref?, branch? }',
    ],
    [
      { profiles: { a: { workspace: { path: '/x', refs: 'x' } } } },
      'profiles.a.workspace.refs: there is no such key; did you mean "ref"?',
    ],
    [
      { profiles: { a: { timeoutMs: 'soon' } } },
      'profiles.a.timeoutMs: cannot be "soon"; give a duration such as 90s, 10m, 2h or 1d, or a number of milliseconds, up to 24d',
    ],
    [
      { profiles: { a: { timeoutMs: '25d' } } },
      'profiles.a.timeoutMs: cannot be "25d"; give a duration such as 90s, 10m, 2h or 1d, or a number of milliseconds, up to 24d',
    ],
    [
      { profiles: { a: { maxTurns: null } } },
      'profiles.a.maxTurns: is empty; give a whole number of turns from 1 to 1000000, or leave it out',
    ],
    [
      { server: { port: 70_000 } },
      'server.port: cannot be 70000; give a whole number from 0 to 65535',
    ],
    [
      { limits: { minFreeMemoryBytes: '1 gig' } },
      'limits.minFreeMemoryBytes: cannot be "1 gig"; give a size such as 512MB or 2GiB, or a number of bytes, from 0',
    ],
    [
      { log: { level: 'worn' } },
      'log.level: cannot be "worn"; give one of debug, info, warn, error (did you mean "warn"?)',
    ],
    [
      { webhooks: [{ name: 'a', url: 'https://x', events: ['run.ended'] }] },
      'webhooks.0.secret: is missing; give "whsec_" and 24 to 64 bytes in base64',
    ],
    [
      {
        webhooks: ['a', 'b', 'a'].map((name) => ({
          name,
          url: 'https://x.example',
          secret,
          events: ['run.ended'],
        })),
      },
      'webhooks.2.name: "a" is the name of another webhook; give each a name of its own',
    ],
    [
      { worker: { leaseMs: 2000 } },
      'worker.heartbeatMs: 1500 ms is more than half of leaseMs, 2000 ms: one late heartbeat would lose every session; give at most 1000, or raise leaseMs',
    ],
    [
      { profiles: { a: { spare: 2 } } },
      'profiles.a.spare: 2 agents cannot be started ahead: the workspace is not known before the session; give workspace: { path }, or leave it out',
    ],
    [
      { database: 'mysql://x' },
      'database: cannot be this text; give a URL such as postgres://user@host/hostler',
    ],
  ])('%j', (input, said) => {
    expect(refusal(input).replace(/^: /, '')).toBe(said)
  })

  test.each<[string, Record<string, unknown>, string]>([
    [
      'two logins',
      { apiKey: 'k', oauthToken: 't' },
      'profiles.p.oauthToken: apiKey is given as well',
    ],
    [
      'a flag that is hostler’s',
      { extraArgs: { print: null } },
      'profiles.p.extraArgs.print: is not free',
    ],
    [
      'a variable that is hostler’s',
      { env: { HOSTLER_X: '1' } },
      'profiles.p.env.HOSTLER_X: cannot be set',
    ],
    [
      'a rule for a tool’s name',
      { tools: ['Bash(ls)'] },
      'profiles.p.tools: "Bash(ls)" is not the name of a tool',
    ],
    [
      'a schema that is none',
      { outputFormat: { type: 'json_schema', schema: { type: 'objekt' } } },
      'profiles.p.outputFormat.',
    ],
    [
      'a base URL with a password',
      { apiBaseUrl: 'https://a:b@x' },
      'profiles.p.apiBaseUrl: must not have',
    ],
    [
      'the same model twice',
      { model: 'opus', fallbackModel: 'opus' },
      'profiles.p.fallbackModel: is the same as model',
    ],
  ])('%s: what startAgent would refuse', (_, profile, said) => {
    expect(refusal({ profiles: { p: profile } })).toContain(said)
  })

  test('what only two profiles together make contradictory', () => {
    const profiles = { a: { apiKey: 'k' }, b: { extends: 'a', oauthToken: 't' } }
    expect(refusal({ profiles })).toContain('profiles.b.oauthToken: apiKey is given as well')
  })

  test('bypassPermissions as root, unless the machine is said to be a sandbox', () => {
    const input = { profiles: { p: { permissionMode: 'bypassPermissions' } } }
    expect(refusal(input, { isRoot: true })).toMatch(
      /^profiles\.p\.permissionMode: permissionMode "bypassPermissions" is refused by the CLI for root; run as another user/,
    )
    expect(parse(input)).toBeDefined()
    expect(parse(input, { isRoot: true, env: { IS_SANDBOX: '1' } })).toBeDefined()
  })

  test('W7: no secret is in an error', () => {
    const key = 'q9Zk1vTdXw7Lr3Bn'
    for (const input of [
      { database: `mysql://joe:${key}@db` },
      { database: `postgres://joe:${key}@db:port/x` },
      { webhooks: [{ name: 'a', url: 'https://x', secret: key, events: ['run.ended'] }] },
      { profiles: { p: { apiKey: [key] } } },
      { profiles: { p: { env: { A: [key] } } } },
      { profiles: { p: { env: key } } },
      { profiles: { p: { mcpServers: { a: { url: key } } } } },
    ]) {
      expect(refusal(input)).not.toContain(key)
    }
  })
})
