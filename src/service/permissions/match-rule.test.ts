import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempDir } from '../../../test/support/temp-dir.ts'
import type { PermissionRule } from '../contract/profile.ts'
import { findRule, ruleFits } from './match-rule.ts'

const nowhere = { cwd: '/work', home: '/home/me' }

function rule(tool: string, match?: string, decision: PermissionRule['decision'] = 'allow') {
  return { tool, decision, ...(match === undefined ? {} : { match }) }
}

test('the first rule that fits counts', async () => {
  const rules = [
    rule('Bash', 'git push*', 'ask'),
    rule('Bash', 'git *'),
    rule('mcp__github__*', undefined, 'deny'),
    rule('*', undefined, 'deny'),
  ]
  const first = await findRule(rules, { toolName: 'Bash', input: { command: 'git push' } }, nowhere)
  expect(first).toBe(rules[0])
  const git = { toolName: 'Bash', input: { command: 'git log' } }
  expect(await findRule(rules, git, nowhere)).toBe(rules[1])
  const mcp = { toolName: 'mcp__github__push', input: {} }
  expect(await findRule(rules, mcp, nowhere)).toBe(rules[2])
  expect(await findRule(rules, { toolName: 'Write', input: {} }, nowhere)).toBe(rules[3])
  expect(await findRule(rules.slice(0, 3), { toolName: 'Write', input: {} }, nowhere)).toBeNull()
})

test.each<[PermissionRule, string, Record<string, unknown>, boolean]>([
  [rule('Write', '/work/src/*'), 'Write', { file_path: '/work/src/a.ts' }, true],
  [rule('Write', 'src/*'), 'Write', { file_path: '/work/src/deep/a.ts' }, true],
  [rule('Write', '/work/src/*'), 'Write', { file_path: 'src/a.ts' }, true],
  [rule('Write', '/work/src/*'), 'Write', { file_path: '/work/src/../../etc/passwd' }, false],
  [rule('Write', '/work/src/*'), 'Write', { file_path: '~/x' }, false],
  [rule('Write', '/work/src/*'), 'Write', { file_path: `/work/src/${'a'.repeat(5000)}` }, false],
  [rule('Edit', '/work/*'), 'NotebookEdit', { notebook_path: '/work/a' }, false],
  [rule('*', '/work/*'), 'NotebookEdit', { notebook_path: '/work/a' }, true],
  [rule('Grep', '/work/*'), 'Grep', { pattern: '/work/a' }, false],
  [rule('Grep', '/work'), 'Grep', { pattern: 'x' }, true],
  [rule('Glob', '/work/*'), 'Glob', { path: '/work/src', pattern: '**/*.ts' }, true],
  [rule('Glob', '/work/*'), 'Glob', { path: '/work/src', pattern: '/etc/*' }, false],
  [rule('Glob', '/work/*'), 'Glob', { path: '/work/src', pattern: '../../*' }, false],
  [rule('*', '/work/*'), 'mcp__x', { path: '/work/a', file_path: '/etc/b' }, false],
  [rule('WebFetch', 'https://example.com/*'), 'WebFetch', { url: 'https://example.com/a' }, true],
  [rule('WebFetch', 'https://example.com/*'), 'WebFetch', { url: 'https://evil.org/' }, false],
  [rule('mcp__x', '{"a":1*'), 'mcp__x', { a: 1, b: 2 }, true],
  [rule('mcp__x', '{"a":1*'), 'mcp__x', { a: 2 }, false],
  [rule('Bash', 'ls *'), 'Bash', { command: 'ls', dangerouslyDisableSandbox: true }, false],
  [rule('Bash'), 'Bash', { command: 'a; b' }, true],
  [rule('Bash', 'ls'), 'Bash', {}, false],
  [rule('mcp__sh', 'ls *'), 'mcp__sh', { command: 'ls; rm x' }, false],
  [rule('Read', '~/.ssh/*', 'deny'), 'Read', { file_path: '/home/me/.ssh/id' }, true],
  [rule('Read', '/home/me/.ssh/*', 'deny'), 'Read', { file_path: '~/.ssh/id' }, true],
  [rule('Read', '/etc/*', 'deny'), 'Read', { file_path: '/work/../etc/passwd' }, true],
  [rule('Read', '*.env', 'deny'), 'Read', { file_path: '.env' }, true],
  [rule('Read', '/etc/*', 'deny'), 'Read', { file_path: '/work/etc' }, false],
  [rule('Glob', '/etc/*', 'ask'), 'Glob', { path: '/work', pattern: '/etc/*' }, true],
])('%j, %s %j: %s', async (given, toolName, input, fits) => {
  expect(await ruleFits(given, { toolName, input }, nowhere)).toBe(fits)
})

test('symbolic links are followed, also those that point at nothing yet', async () => {
  await using dir = await tempDir()
  const cwd = join(dir.path, 'work')
  await mkdir(join(cwd, 'src'), { recursive: true })
  await mkdir(join(dir.path, 'private'))
  await writeFile(join(dir.path, 'private/secret'), '')
  await symlink(join(dir.path, 'private'), join(cwd, 'src/out'))
  await symlink('../../private/new', join(cwd, 'src/dangling'))
  await symlink(join(cwd, 'src/loop'), join(cwd, 'src/loop'))
  await symlink(cwd, join(dir.path, 'linked'))
  const places = { cwd, home: null }
  const write = (path: string, given: PermissionRule) =>
    ruleFits(given, { toolName: 'Write', input: { file_path: path } }, places)
  const allowed = rule('Write', 'src/*')
  expect(await write(join(cwd, 'src/new/file'), allowed)).toBe(true)
  expect(await write(join(cwd, 'src/out/secret'), allowed)).toBe(false)
  expect(await write(join(cwd, 'src/out/new'), allowed)).toBe(false)
  expect(await write(join(cwd, 'src/dangling'), allowed)).toBe(false)
  expect(await write(join(cwd, 'src/loop'), allowed)).toBe(false)
  // The same folder under another name, in the path and in the rule.
  expect(await write(join(dir.path, 'linked/src/a'), allowed)).toBe(true)
  expect(await write(join(cwd, 'src/a'), rule('Write', `${dir.path}/linked/src/*`))).toBe(true)
  const denied = rule('Write', `${dir.path}/private/*`, 'deny')
  expect(await write(join(cwd, 'src/out/secret'), denied)).toBe(true)
  expect(await write(join(cwd, 'src/dangling'), denied)).toBe(true)
  expect(await write(join(cwd, 'src/loop'), denied)).toBe(true)
  expect(await write(join(cwd, 'src/a'), denied)).toBe(false)
})
