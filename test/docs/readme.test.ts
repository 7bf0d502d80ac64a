import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { outcomes } from '../../src/events/outcome.ts'
import { startScriptedModel, text, tool, type ScriptInput } from '../../src/testing/index.ts'
import { isolatedEnv, newestClaude } from '../support/real-claude.ts'
import { tempDir } from '../support/temp-dir.ts'
import { codeBlocks, readProjectFile, runExample, runHostler } from './run-example.ts'

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/architecture.md',
  'docs/security.md',
  'docs/testing.md',
  'docs/decisions/README.md',
  'docs/decisions/0001-log-file-is-the-pipe.md',
  'docs/decisions/0002-own-agent-layer.md',
  'docs/decisions/0003-journal-of-the-input.md',
]

test('the README’s program runs with the real CLI, and is the example file', async () => {
  const [program = ''] = codeBlocks(await readProjectFile('README.md'), 'js')
  expect(program).toBe(await readProjectFile('docs/examples/ask.js'))
  expect(program.trim().split('\n')).toHaveLength(8)
  const script = [tool('Bash', { command: 'ls' }), text('Two: a and b.')]
  const printed = await runWithModel(program, script)
  expect(printed).toMatch(/^Two: a and b\.\nok, 0\.\d+ USD\n$/)
})

test('an agent that the README’s program has left can be attached to as the example shows', async () => {
  const [program = ''] = codeBlocks(await readProjectFile('README.md'), 'js')
  const leaving = program.replace('agent.stop()', 'agent.detach()')
  expect(leaving).not.toBe(program)
  const attaching = await readProjectFile('docs/examples/attach.js')
  await using dir = await tempDir()
  await using model = await startScriptedModel({ script: [text('Here it is.')] })
  const env = await exampleEnv(dir.path, model.url)
  await runExample(leaving, { dir: dir.path, env })
  expect(await runExample(attaching, { dir: dir.path, env })).toBe('\nok: Here it is.\n')
})

test('the examples of docs/testing.md run', async () => {
  const page = await readProjectFile('docs/testing.md')
  const [withModel = '', withFake = ''] = codeBlocks(page, 'js')
  expect(await runWithModel(withModel, [])).toMatch(/^ok The answer is 42\. \d+\n$/)
  expect(await runWithModel(withFake, [])).toBe('ok done\n')
})

test('the script of docs/testing.md is one', async () => {
  const page = await readProjectFile('docs/testing.md')
  const scripts = codeBlocks(page, 'json')
  expect(scripts).toHaveLength(1)
  for (const script of scripts) {
    await using model = await startScriptedModel({ script: JSON.parse(script) })
    expect(model.url).toContain('127.0.0.1')
  }
})

test('docs/architecture.md names every outcome', async () => {
  const page = await readProjectFile('docs/architecture.md')
  expect(outcomes.filter((outcome) => !page.includes(`| \`${outcome}\` `))).toEqual([])
  expect(await readProjectFile('README.md')).toContain(`[${outcomes.length} outcomes]`)
})

test('the README names every command', async () => {
  const readme = await readProjectFile('README.md')
  const named = [...readme.matchAll(/^\| `hostler ([a-z-]+)/gm)].map((one) => one[1])
  const help = await runHostler(['--help'])
  const commands = [...help.matchAll(/^ {2}([a-z-]+)(?: .*)?$/gm)].map((one) => one[1])
  expect(new Set(named)).toEqual(new Set(commands.filter((one) => one !== 'help')))
})

test.each(pages)('the links and the named files of %s exist', async (path) => {
  const page = await readProjectFile(path)
  const links = [...page.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(
    (one) => one[1] ?? '',
  )
  const root = new URL('../../', import.meta.url).pathname
  const missing = links.filter((link) => !existsSync(join(root, dirname(path), link)))
  const named = [...page.matchAll(/`((?:src|test|docs|scripts)\/[\w./-]+\.\w+)`/g)]
  const gone = named.map((one) => one[1] ?? '').filter((file) => !existsSync(join(root, file)))
  expect([...missing, ...gone]).toEqual([])
})

async function runWithModel(code: string, script: ScriptInput): Promise<string> {
  await using dir = await tempDir()
  await using model = await startScriptedModel({ script })
  return await runExample(code, { dir: dir.path, env: await exampleEnv(dir.path, model.url) })
}

async function exampleEnv(dir: string, modelUrl: string): Promise<Record<string, string>> {
  const env = await isolatedEnv(join(dir, 'home'), modelUrl)
  return { ...env, HOSTLER_CLAUDE_BIN: newestClaude.path }
}
