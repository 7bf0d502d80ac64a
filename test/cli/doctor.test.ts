import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeFakeClaude } from '../../src/testing/index.ts'
import { openInn } from './run-hostler.ts'

describe('hostler doctor', () => {
  test('says of everything what is, and leaves nothing', async () => {
    await using inn = await openInn()
    const run = await inn.run(['doctor'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    for (const name of ['node', 'platform', 'user', 'claude', 'login', 'home', 'data folder']) {
      expect(run.stdout).toMatch(new RegExp(`^[✓!] ${name}: `, 'm'))
    }
    expect(run.stdout).toMatch(/^✓ pipes: /m)
    expect(run.stdout).toContain('2.1.328')
    expect(await readdir(join(inn.dataDir, '..'))).not.toContain('data')
  })

  test.each([
    ['login', 'nobody is logged in', { ANTHROPIC_API_KEY: '' }],
    ['claude', 'the CLI is not there', { HOSTLER_CLAUDE_BIN: '/none/claude' }],
    ['data folder', 'the data folder is a file', { HOSTLER_DATA_DIR: 'file' }],
  ])('%s: it exits with 1 when %s', async (name, _, env) => {
    await using inn = await openInn()
    await writeFile(join(inn.workspace, 'file'), '')
    const run = await inn.run(['doctor', '--json'], { env })
    expect(run.code).toBe(1)
    const checks: { name: string; state: string; cure: string | null }[] = JSON.parse(run.stdout)
    const failed = checks.find((one) => one.name === name)
    expect(failed).toMatchObject({ state: 'fail', cure: expect.stringMatching(/\w/) })
  })

  test('an old CLI would stop a run', async () => {
    await using inn = await openInn()
    await mkdir(join(inn.workspace, 'old'))
    const old = await writeFakeClaude(join(inn.workspace, 'old'), { version: '2.0.0' })
    const run = await inn.run(['doctor'], { env: { HOSTLER_CLAUDE_BIN: old } })
    expect(run.code).toBe(1)
    expect(run.stdout).toMatch(/^✗ claude: .*2\.0\.0.*; update it/m)
  })
})
