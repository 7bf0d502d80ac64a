import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { openInn } from './run-hostler.ts'

const secret = 'q9Zk1vTdXw7Lr3Bn'
const withSecrets = `
database: postgres://joe:${secret}@db/hostler
profiles:
  default:
    model: opus
    apiKey: ${secret}
    mcpServers:
      tools: { command: x, env: { KEY: ${secret} } }
  other:
    extends: default
    workspace: { path: ./none }
`

describe('hostler init', () => {
  test('writes a file that is found and right, and never overwrites one', async () => {
    await using inn = await openInn()
    const path = join(inn.dataDir, 'hostler.yaml')
    const run = await inn.run(['init'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain(`wrote ${path}\n`)
    expect(run.stdout).toContain('hostler config check\n')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(inn.dataDir)).mode & 0o777).toBe(0o700)

    const check = await inn.run(['config', 'check'])
    expect(check).toMatchObject({ code: 0, stderr: '' })
    expect(check.stdout).toMatch(new RegExp(`^✓ ${path}\n {2}profile: default\n`))

    await writeFile(path, 'mine')
    const again = await inn.run(['init'])
    expect(again).toMatchObject({ code: 2, stdout: '' })
    expect(again.stderr).toBe(
      `hostler: ${path} is there already; edit it, or name another file with --config\n`,
    )
    expect(await readFile(path, 'utf8')).toBe('mine')
  })

  test('elsewhere, says how to name it', async () => {
    await using inn = await openInn()
    const run = await inn.run(['init', '--config', 'here.yaml'])
    const path = join(inn.workspace, 'here.yaml')
    expect(run.stdout).toContain(`hostler serve --config ${path}\n`)
    const refused = await inn.run(['init', '--config', 'here.yaml/below.yaml'])
    expect(refused).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('hostler config', () => {
  test('check says with place and cure what is wrong', async () => {
    await using inn = await openInn()
    await mkdir(inn.dataDir)
    const path = join(inn.dataDir, 'hostler.yaml')
    await writeFile(path, 'profiles:\n  default:\n    permisionMode: plan\n')
    const run = await inn.run(['config', 'check'])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toBe(
      `hostler: ${path}:3:20: profiles.default.permisionMode: there is no such key; did you mean "permissionMode"?\n`,
    )
    const json = await inn.run(['config', 'check', '--json'])
    expect(json).toMatchObject({ code: 2, stderr: '' })
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      error: { code: 'config_invalid', field: 'profiles.default.permisionMode' },
    })
  })

  test('check tells what is not there, and of secrets that others can read', async () => {
    await using inn = await openInn()
    const path = join(inn.workspace, 'h.yaml')
    await writeFile(path, withSecrets)
    await chmod(path, 0o644)
    const run = await inn.run(['config', 'check', '--config', 'h.yaml'])
    expect(run.code).toBe(0)
    expect(run.stdout).toContain(`! ${path} holds secrets and others can read it`)
    expect(run.stdout).toContain(`! profiles.other.workspace: ${inn.workspace}/none is not there`)
    expect(run.stdout).toContain('database: PostgreSQL at db/hostler\n')
    expect(run.stdout).not.toContain(secret)
    const json = await inn.run(['config', 'check', '--json', '--config', 'h.yaml'])
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: true, path, warnings: { length: 2 } })
  })

  test('without a file, all is as by default', async () => {
    await using inn = await openInn()
    const run = await inn.run(['config', 'check'])
    expect(run.stdout).toMatch(/^✓ no hostler\.yaml: all is as by default\n/)
  })

  test('show prints what is in force, without secrets', async () => {
    await using inn = await openInn()
    await writeFile(join(inn.workspace, 'h.yaml'), withSecrets)
    const env = { HOSTLER_CONFIG: 'h.yaml' }
    const run = await inn.run(['config', 'show'], { env })
    const json = await inn.run(['config', 'show', '--json'], { env })
    expect(run.stdout + json.stdout).not.toContain(secret)
    expect(JSON.parse(json.stdout)).toEqual(parse(run.stdout))
    expect(parse(run.stdout)).toMatchObject({
      dataDir: inn.dataDir,
      database: 'postgres://joe:[redacted]@db/hostler',
      profiles: {
        default: { apiKey: '[redacted]', mcpServers: { tools: { env: { KEY: '[redacted]' } } } },
        other: { model: 'opus', workspace: { path: join(inn.workspace, 'none') }, warmMs: 600_000 },
      },
      server: { port: 7717 },
    })
  })

  test('schema prints the one that is published', async () => {
    await using inn = await openInn()
    const run = await inn.run(['config', 'schema'])
    const published = new URL('../../hostler.schema.json', import.meta.url)
    expect(run.stdout).toBe(await readFile(published, 'utf8'))
  })
})
