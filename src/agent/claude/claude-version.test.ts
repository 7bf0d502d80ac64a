import { chmod, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  checkClaudeVersion,
  compareVersions,
  newestCheckedVersion,
  oldestSupportedVersion,
  readClaudeVersion,
} from './claude-version.ts'
import { findClaude } from './find-claude.ts'

describe('readClaudeVersion', () => {
  let folder = ''
  let path = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hostler-version-'))
    path = join(folder, 'claude')
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function script(body: string): Promise<void> {
    await writeFile(path, `#!/bin/sh\n${body}\n`)
    await chmod(path, 0o755)
  }

  test('reads that of the real CLI', async () => {
    const claude = await findClaude({ env: { HOME: folder } })
    expect(await readClaudeVersion(claude.path, { env: { HOME: folder } })).toBe(
      newestCheckedVersion,
    )
  })

  test('asks once, and again when the file has changed', async () => {
    const cache = new Map<string, string>()
    await script(`echo asked >> ${folder}/log; echo '2.1.200 (Claude Code)'`)
    expect(await readClaudeVersion(path, { cache })).toBe('2.1.200')
    expect(await readClaudeVersion(path, { cache })).toBe('2.1.200')
    expect(await readFile(`${folder}/log`, 'utf8')).toBe('asked\n')
    await utimes(path, 1000, 1000)
    await readClaudeVersion(path, { cache })
    expect(await readFile(`${folder}/log`, 'utf8')).toBe('asked\nasked\n')
  })

  test.each([
    ['echo hello', /--version printed "hello"/],
    ['echo broken library >&2; exit 127', /--version failed: broken library/],
    ['exit 3', /--version failed: exit code 3/],
  ])('%s is not a working CLI', async (body, message) => {
    await script(body)
    await expect(readClaudeVersion(path)).rejects.toMatchObject({
      code: 'claude_unusable',
      message: expect.stringMatching(message),
    })
  })

  test('a missing file is named', async () => {
    await expect(readClaudeVersion(path)).rejects.toMatchObject({ code: 'claude_unusable' })
  })

  test('waiting for it can be given up', async () => {
    await script('exec sleep 1000')
    const signal = AbortSignal.timeout(50)
    await expect(readClaudeVersion(path, { signal })).rejects.toMatchObject({ name: 'AbortError' })
  })
})

test('checkClaudeVersion refuses what is too old and warns of what is unknown', () => {
  const options = { path: '/bin/claude' }
  expect(() => checkClaudeVersion('2.1.196', options)).toThrow(/2\.1\.196; hostler needs 2\.1\.197/)
  expect(checkClaudeVersion(oldestSupportedVersion, options).warning).toBeNull()
  expect(checkClaudeVersion(newestCheckedVersion, options).warning).toBeNull()
  expect(checkClaudeVersion('2.2.0', options).warning).toMatch(/2\.2\.0 is newer than 2\.1\.328/)
})

test('compareVersions compares numbers, not texts', () => {
  expect(compareVersions('2.1.99', '2.1.197')).toBeLessThan(0)
  expect(compareVersions('2.10.0', '2.9.9')).toBeGreaterThan(0)
  expect(compareVersions('2.1.197', '2.1.197')).toBe(0)
})
