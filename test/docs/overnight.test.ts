import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connectHostler } from '../../src/client/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { waitFor } from '../support/wait-for.ts'
import { openExampleWorld } from './example-world.ts'
import { openShell } from './example-shell.ts'
import { codeBlocks, readProjectFile } from './run-example.ts'

test(
  'what the README leaves alone overnight asks, parks, splits and keeps to its rules',
  { timeout: 120_000 },
  async () => {
    const readme = await readProjectFile('README.md')
    const [, configuration = ''] = codeBlocks(readme, 'yaml')
    const [, , , use = ''] = codeBlocks(readme, 'sh')
    const docs = { lastUserText: 'Bring the docs' }
    const allowed = { lastUserText: 'This was allowed' }
    await using world = await openExampleWorld([
      tool(
        'mcp__hostler__create_task',
        { title: 'Doors', prompt: 'Describe the doors.' },
        { when: { ...docs, hasToolResult: false } },
      ),
      tool('mcp__hostler__wait_for_tasks', {}, { when: { ...docs, toolResultText: 'Task ' } }),
      text('Two doors.', { when: { lastUserText: 'Describe the doors.' } }),
      tool('Bash', { command: 'git push origin' }, { when: { lastUserText: 'Two doors.' } }),
      tool('Bash', { command: 'rm notes.txt' }, { when: { toolResultText: 'a human pushes' } }),
      tool('Bash', { command: 'rm notes.txt' }, { when: { ...allowed, hasToolResult: false } }),
      text('The docs are up to date.', { when: { ...allowed, hasToolResult: true } }),
    ])
    const { dir } = world
    await writeFile(join(dir, 'hostler.yaml'), configuration.replace('5m', '1s'))
    await writeFile(join(dir, 'stable/notes.txt'), '')
    const shell = await openShell(world)
    await using server = shell.start('exec hostler serve --config hostler.yaml --port 0')
    const url = await server.firstLine
    const hostler = connectHostler({ url })
    await shell.run(use.replaceAll(/^hostler (requests|costs).*$/gm, ''), url)
    const request = await waitFor(async () => (await hostler.requests.list()).items.at(0), {
      timeoutMs: 30_000,
    })
    const parked = await waitFor(
      async () => {
        const run = await hostler.runs.get(request.runId)
        return run.attempts.at(-1)?.outcome === 'parked' && run.state === 'waiting'
          ? run
          : undefined
      },
      { timeoutMs: 30_000 },
    )
    expect(parked.attempts.map(({ outcome }) => outcome)).toEqual(['parked', 'parked'])
    expect(await shell.run('hostler requests', url)).toContain('rm notes.txt')
    await shell.run(`hostler answer ${request.id} --allow`, url)
    const done = await hostler.runs.wait(parked.id)
    expect(done).toMatchObject({ outcome: 'ok', text: 'The docs are up to date.' })
    expect(existsSync(join(dir, 'stable/notes.txt'))).toBe(false)
    expect(done.childrenCostUsd).toBeGreaterThan(0)
    expect(await shell.run('hostler costs', url)).toContain('$40.00')
    expect((await hostler.schedules.list()).items).toMatchObject([{ name: 'nightly' }])
    await hostler[Symbol.asyncDispose]()
  },
)
