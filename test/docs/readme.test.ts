import { existsSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { outcomes } from '../../src/events/outcome.ts'
import { startScriptedModel, text, tool, type ScriptInput } from '../../src/testing/index.ts'
import { openExampleWorld } from './example-world.ts'
import { openShell } from './example-shell.ts'
import { codeBlocks, readProjectFile, runHostler } from './run-example.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const decisions = await readdir(new URL('../../docs/decisions/', import.meta.url))
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/architecture.md',
  'docs/cli.md',
  'docs/humans.md',
  'docs/library.md',
  'docs/mcp.md',
  'docs/money.md',
  'docs/operations.md',
  'docs/outcomes.md',
  'docs/permissions.md',
  'docs/schedules.md',
  'docs/security.md',
  'docs/tasks.md',
  'docs/testing.md',
  'docs/wire.md',
  ...decisions.map((name) => `docs/decisions/${name}`),
]

test('the README’s program runs with the real CLI, and is the example file', async () => {
  const [program = ''] = codeBlocks(await readProjectFile('README.md'), 'js')
  expect(program).toBe(await readProjectFile('docs/examples/ask.js'))
  expect(program.trim().split('\n')).toHaveLength(12)
  const printed = await runWithModel(program, [tool('Bash', { command: 'ls' }), text('Two.')])
  expect(printed).toMatch(/^Two\.\nok, 0\.\d+ USD\n$/)
})

test('the README’s quick start runs as it is written', async () => {
  const readme = await readProjectFile('README.md')
  const [configuration = ''] = codeBlocks(readme, 'yaml')
  const [, serve = '', use = ''] = codeBlocks(readme, 'sh')
  await using world = await openExampleWorld([text('A stable.'), text('For horses.')])
  await writeFile(join(world.dir, 'hostler.yaml'), configuration)
  const shell = await openShell(world)
  await using server = shell.start(
    serve.replace(/^npm install.*$/m, '').replace('hostler serve', 'exec hostler serve --port 0'),
  )
  const url = await server.firstLine
  const printed = await shell.run(use.replaceAll('http://127.0.0.1:7717', url), url)
  expect(printed).toContain('"text":"A stable."')
  expect(printed).toMatch(/For horses\.$/m)
  expect(printed).toMatch(/^event: run_ended$/m)
  expect(printed).toMatch(/^0 running · 0 queued · 0 waiting · .* 1 warm/m)
})

test('an agent that a program has left can be attached to as the example shows', async () => {
  const program = await readProjectFile('docs/examples/agent.js')
  const leaving = program.replace('agent.stop()', 'agent.detach()')
  expect(leaving).not.toBe(program)
  const attaching = await readProjectFile('docs/examples/attach.js')
  await using world = await openExampleWorld([text('Here it is.')])
  await world.run(leaving)
  expect(await world.run(attaching)).toBe('\nok: Here it is.\n')
})

test('the examples of docs/testing.md run', async () => {
  const page = await readProjectFile('docs/testing.md')
  const [withModel = '', withFake = '', withSessions = ''] = codeBlocks(page, 'js')
  expect(await runWithModel(withModel, [])).toMatch(/^ok The answer is 42\. \d+\n$/)
  expect(await runWithModel(withFake, [])).toBe('ok done\n')
  expect(await runWithModel(withSessions, [])).toBe('succeeded Three horses.\n')
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

test('docs/cli.md names every command', async () => {
  const page = await readProjectFile('docs/cli.md')
  const named = [...page.matchAll(/^\| `hostler ([a-z-]+)/gm)].map((one) => one[1])
  const help = await runHostler(['--help'])
  const commands = [...help.matchAll(/^ {2}([a-z-]+)(?: .*)?$/gm)].map((one) => one[1])
  expect(new Set(named)).toEqual(new Set(commands.filter((one) => one !== 'help')))
})

test.each(pages)('the links and the named files of %s exist', async (path) => {
  const page = await readProjectFile(path)
  const links = [...page.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)]
  const missing: string[] = []
  for (const [link, file = '', anchor] of links) {
    const target = file === '' ? path : join(dirname(path), file)
    const isThere = existsSync(join(root, target))
    if (!isThere || (anchor !== undefined && !(await anchorsOf(target)).includes(anchor))) {
      missing.push(link)
    }
  }
  const named = [...page.matchAll(/`((?:src|test|docs|scripts)\/[\w./-]+\.\w+)`/g)]
  const gone = named.map((one) => one[1] ?? '').filter((file) => !existsSync(join(root, file)))
  expect([...missing, ...gone]).toEqual([])
})

/** What GitHub makes of a page's headings. */
async function anchorsOf(path: string): Promise<string[]> {
  const headings = (await readProjectFile(path)).matchAll(/^#+ (.*)$/gm)
  return [...headings].map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

async function runWithModel(code: string, script: ScriptInput): Promise<string> {
  await using world = await openExampleWorld(script)
  return await world.run(code)
}
