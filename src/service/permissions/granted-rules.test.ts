import { expect, test } from 'vitest'
import type { PermissionRequest } from '../../events/human-request.ts'
import { grantAllows, toGrants } from './granted-rules.ts'

const places = { cwd: '/work', home: '/home/me' }

test.each<[string, string, Record<string, unknown>, boolean]>([
  ['Bash', 'Bash', { command: 'a; b' }, true],
  ['Bash(touch a1 *)', 'Bash', { command: 'touch a1' }, true],
  ['Bash(touch a1 *)', 'Bash', { command: 'touch a1 b' }, true],
  ['Bash(touch a1 *)', 'Bash', { command: 'touch a1; rm b' }, false],
  ['Bash(git:*)', 'Bash', { command: 'git log' }, true],
  ['Bash(git:*)', 'Bash', { command: 'gitx' }, false],
  ['Bash(a && b)', 'Bash', { command: 'a && b' }, true],
  ['Bash(a && *)', 'Bash', { command: 'a && *' }, false],
  ['Bash(a && b)', 'Bash', { command: 'a && b; c' }, false],
  [String.raw`Bash(rm \*.tmp)`, 'Bash', { command: 'rm *.tmp' }, true],
  [String.raw`Bash(rm \*.tmp)`, 'Bash', { command: 'rm -rf /x.tmp' }, false],
  ['Bash(ls)', 'Read', { file_path: 'ls' }, false],
  ['Edit(/src/**)', 'Write', { file_path: '/work/src/a/b' }, true],
  ['Edit(/src/*)', 'Write', { file_path: '/work/src/a/b' }, false],
  ['Edit(src/*)', 'Edit', { file_path: '/work/src/b' }, true],
  ['Edit(/src/**)', 'Read', { file_path: '/work/src/a' }, false],
  ['Read(//etc/**)', 'Grep', { pattern: 'x', path: '/etc/ssl' }, true],
  ['Read(//etc/**)', 'Read', { file_path: '/etc/../root/x' }, false],
  ['Read(~/notes/**)', 'Read', { file_path: '/home/me/notes/x' }, true],
  ['Read(//etc/**)', 'Glob', { path: '/etc/ssl', pattern: '/root/*' }, false],
  ['WebFetch(domain:example.com)', 'WebFetch', { url: 'https://example.com/x' }, true],
  ['WebFetch(domain:example.com)', 'WebFetch', { url: 'https://example.com.evil.org/' }, false],
  ['mcp__x__y', 'mcp__x__y', { any: 1 }, true],
  ['mcp__x__y({"any":1})', 'mcp__x__y', { any: 1 }, true],
  ['mcp__x__y({"any":1})', 'mcp__x__y', { any: 2 }, false],
  ['mcp__x__y({"any":*})', 'mcp__x__y', { any: 2 }, false],
  ['nonsense)(', 'Bash', { command: 'x' }, false],
])('%s, %s %j: %s', async (grant, toolName, input, allowed) => {
  expect(await grantAllows(grant, { toolName, input }, places)).toBe(allowed)
})

function asking(
  toolName: string,
  input: Record<string, unknown>,
  suggestions: Record<string, unknown>[] = [],
): PermissionRequest {
  return {
    kind: 'permission',
    id: 'c',
    openedAt: 0,
    toolName,
    toolUseId: 't',
    input,
    description: '',
    blockedPath: null,
    suggestions,
  }
}

const touch = {
  type: 'addRules',
  rules: [{ toolName: 'Bash', ruleContent: 'touch a1 *' }],
  behavior: 'allow',
  destination: 'localSettings',
}
const others = [
  { ...touch, behavior: 'deny', rules: [{ toolName: 'Bash' }] },
  { type: 'setMode', mode: 'acceptEdits', destination: 'session' },
]

test.each<[PermissionRequest, Record<string, unknown> | undefined, string[]]>([
  [asking('Bash', { command: 'touch a1' }, [touch, ...others]), undefined, ['Bash(touch a1 *)']],
  [asking('Bash', { command: 'rm *' }, others), undefined, [String.raw`Bash(rm \*)`]],
  [
    asking('Bash', { command: 'touch a1 && x' }, [touch]),
    undefined,
    ['Bash(touch a1 *)', 'Bash(touch a1 && x)'],
  ],
  [asking('Bash', { command: 'touch a1' }, [touch]), { command: 'ls' }, ['Bash(ls)']],
  [
    asking('Write', { file_path: 'src/a*', content: 'x' }),
    undefined,
    [String.raw`Write(//work/src/a\*)`],
  ],
  [asking('mcp__x', { a: '*' }), undefined, [String.raw`mcp__x({"a":"\*"})`]],
])(
  'for the session, %j with %j gives %j, which fits the call',
  async (request, updatedInput, grants) => {
    const answer = { behavior: 'allow', scope: 'session' } as const
    const changed = updatedInput === undefined ? answer : { ...answer, updatedInput }
    expect(await toGrants(request, changed, places)).toEqual(grants)
    const call = { toolName: request.toolName, input: updatedInput ?? request.input }
    const fitting = await Promise.all(grants.map((one) => grantAllows(one, call, places)))
    expect(fitting).toContain(true)
  },
)

test('once, and a denial, grant nothing; a chosen rule of the session does', async () => {
  const request = asking('Bash', { command: 'touch a1' }, [touch])
  expect(await toGrants(request, { behavior: 'allow' }, places)).toEqual([])
  expect(await toGrants(request, { behavior: 'deny', message: 'no' }, places)).toEqual([])
  const updatedPermissions = [touch, { ...touch, destination: 'session' }]
  const chosen = await toGrants(request, { behavior: 'allow', updatedPermissions }, places)
  expect(chosen).toEqual(['Bash(touch a1 *)'])
})
