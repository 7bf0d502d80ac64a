import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findClaude } from './find-claude.ts'

const platformPackage = `@anthropic-ai/claude-code-${process.platform}-${process.arch}`
const stub = 'echo "Error: claude native binary not installed." >&2\nexit 1\n'
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostler-find-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function program(path: string, content = '#!/bin/sh\n'): Promise<string> {
  const absolute = join(folder, path)
  await mkdir(dirname(absolute), { recursive: true })
  await writeFile(absolute, content)
  await chmod(absolute, 0o755)
  return absolute
}

test('the option wins over the variable, that over PATH, that over the home folder', async () => {
  const [option, variable, onPath, atHome] = [
    await program('a/claude'),
    await program('b/claude'),
    await program('c/claude'),
    await program('home/.local/bin/claude'),
  ]
  const HOME = join(folder, 'home')
  const PATH = `relative:${join(folder, 'none')}:${join(folder, 'c')}`
  const env = { HOSTLER_CLAUDE_BIN: variable, PATH, HOME }
  expect(await findClaude({ claudeBin: option, env })).toEqual({ path: option, source: 'option' })
  expect(await findClaude({ env })).toEqual({ path: variable, source: 'environment' })
  expect(await findClaude({ env: { PATH, HOME } })).toEqual({ path: onPath, source: 'path' })
  expect(await findClaude({ env: { HOME } })).toEqual({ path: atHome, source: 'home' })
})

test('what cannot be run is passed over on PATH', async () => {
  await mkdir(join(folder, 'a', 'claude'), { recursive: true })
  await chmod(await program('b/claude'), 0o644)
  await program('c/claude', stub)
  const good = await program('d/claude')
  const PATH = ['a', 'b', 'c', 'd'].map((name) => join(folder, name)).join(':')
  expect(await findClaude({ env: { PATH, HOME: folder } })).toEqual({ path: good, source: 'path' })
})

test('the npm package beside hostler is the last resort', async () => {
  const found = await findClaude({ env: { PATH: folder, HOME: folder } })
  expect(found.source).toBe('npm')
  expect(found.path).toMatch(/claude-code-[a-z0-9-]+\/claude$/)
})

test.each([
  ['beside', 'node_modules'],
  ['nested in', 'node_modules/@anthropic-ai/claude-code/node_modules'],
])('a placeholder stands for the binary in the platform package %s it', async (_, place) => {
  const wrapper = 'node_modules/@anthropic-ai/claude-code'
  const placeholder = await program(`${wrapper}/bin/claude.exe`, stub)
  await program(`${wrapper}/package.json`, '{"name":"@anthropic-ai/claude-code"}')
  await program(`${place}/${platformPackage}/package.json`, '{}')
  const native = await program(`${place}/${platformPackage}/claude`)
  await mkdir(join(folder, 'bin'))
  await symlink(placeholder, join(folder, 'bin', 'claude'))
  const env = { PATH: join(folder, 'bin'), HOME: folder }
  expect(await findClaude({ env })).toEqual({ path: native, source: 'path' })
  expect(await findClaude({ claudeBin: placeholder, env })).toEqual({
    path: native,
    source: 'option',
  })
})

test('a placeholder under another name, as an npm alias makes it, is not mixed up with its namesake', async () => {
  const alias = await program('node_modules/alias/bin/claude.exe', stub)
  await program(`node_modules/@anthropic-ai/claude-code/package.json`, '{}')
  await program(`node_modules/${platformPackage}/package.json`, '{}')
  await program(`node_modules/${platformPackage}/claude`)
  await program(`node_modules/alias/node_modules/${platformPackage}/package.json`, '{}')
  const native = await program(`node_modules/alias/node_modules/${platformPackage}/claude`)
  expect((await findClaude({ claudeBin: alias, env: {} })).path).toBe(native)
})

test('a named one that cannot be run is an error, not a reason to take another', async () => {
  const env = { PATH: dirname(await program('a/claude')), HOME: folder }
  const refused = (claudeBin: string) => expect(findClaude({ claudeBin, env })).rejects
  await refused(join(folder, 'none')).toMatchObject({
    code: 'claude_unusable',
    message: expect.stringContaining('no such file (named by claudeBin)'),
  })
  await refused(folder).toMatchObject({ message: expect.stringContaining('not a regular file') })
  const plain = await program('b/claude')
  await chmod(plain, 0o644)
  await refused(plain).toMatchObject({ cure: `chmod +x ${plain}` })
  await refused(await program('c/claude.exe', stub)).toMatchObject({
    message: expect.stringContaining('placeholder'),
  })
})

test('Windows is told about WSL', async () => {
  await expect(findClaude({ env: {}, platform: 'win32' })).rejects.toMatchObject({
    code: 'unsupported_platform',
    cure: expect.stringContaining('WSL'),
  })
})
