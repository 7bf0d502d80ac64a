import { expect, test } from 'vitest'
import type { Profile } from '../contract/profile.ts'
import { parseConfiguration } from './parse-configuration.ts'
import { widerKey } from './wider-profile.ts'

const parent: Profile = {
  name: 'parent',
  permissionMode: 'acceptEdits',
  tools: ['Bash', 'Read'],
  allowedTools: ['Bash(ls:*)'],
  disallowedTools: ['WebFetch'],
  additionalDirectories: ['/srv/shared'],
  maxBudgetUsd: 2,
  env: { STAGE: 'test' },
  hostlerTools: ['ask_human'],
  permissions: [{ tool: 'Bash', match: 'rm *', decision: 'deny' }],
}

test('a profile is not wider than itself, nor is one with less of everything', () => {
  expect(widerKey({ ...parent, name: 'child' }, parent)).toBeNull()
  const less: Profile = {
    ...parent,
    permissionMode: 'default',
    tools: ['Read'],
    allowedTools: [],
    disallowedTools: ['WebFetch', 'Bash'],
    additionalDirectories: [],
    maxBudgetUsd: 1,
    maxTurns: 3,
    env: {},
    hostlerTools: [],
  }
  expect(widerKey(less, parent)).toBeNull()
})

const wider: Partial<{ [Key in keyof Profile]: Profile[Key] | undefined }>[] = [
  { permissionMode: 'bypassPermissions' },
  { tools: ['Bash', 'Read', 'Write'] },
  { tools: undefined },
  { allowedTools: ['Bash'] },
  { disallowedTools: [] },
  { additionalDirectories: ['/srv/shared', '/'] },
  { maxBudgetUsd: 3 },
  { maxBudgetUsd: undefined },
  { env: { STAGE: 'live' } },
  { mcpServers: { lab: { command: 'lab' } } },
  { hostlerTools: ['ask_human', 'create_task'] },
  { runToken: true },
  { allowBypass: true },
  { claudeBin: '/opt/other' },
  { apiKey: 'another-key' },
  { settings: { permissions: { allow: ['Bash'] } } },
  { permissions: [] },
  { permissions: [{ tool: 'Bash', decision: 'allow' }] },
  { saveWork: 'push' },
]

test.each(wider.map((change) => [JSON.stringify(change), change] as const))(
  'wider by %s',
  (_, change) => {
    const [key = ''] = Object.keys(change)
    const entries = Object.entries({ ...parent, ...change })
    const child = Object.fromEntries(entries.filter(([, value]) => value !== undefined))
    expect(widerKey({ name: 'child', ...child }, parent)).toBe(key)
  },
)

test('a configuration with a child that is wider, or unknown, is refused', () => {
  const context = { baseDir: '/srv', env: {}, dataDir: '/srv/data', isRoot: false }
  const read = (profiles: Record<string, unknown>): unknown =>
    parseConfiguration({ profiles }, context)
  expect(() =>
    read({ default: { childProfiles: ['free'] }, free: { permissionMode: 'bypassPermissions' } }),
  ).toThrow(/childProfiles\.0: "free" may do more than "default": by its permissionMode/)
  expect(() => read({ default: { childProfiles: ['reveiw'] }, review: {} })).toThrow(
    expect.objectContaining({ cure: 'did you mean "review"?' }),
  )
  expect(() =>
    read({ default: { hostlerTools: ['ask_human'], mcpServers: { hostler: { command: 'x' } } } }),
  ).toThrow(/mcpServers\.hostler: is the name of the server/)
  expect(read({ default: { childProfiles: ['less'] }, less: { tools: [] } })).toBeDefined()
})
