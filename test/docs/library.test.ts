import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listAgents } from '../../src/agent/index.ts'
import { errorStatuses } from '../../src/http/error-status.ts'
import { text, tool } from '../../src/testing/index.ts'
import { startTestDaemon } from '../support/daemon.ts'
import { openExampleWorld } from './example-world.ts'
import { codeBlocks, readProjectFile } from './run-example.ts'

const example = (name: string): Promise<string> => readProjectFile(`docs/examples/${name}.js`)

test('the programs of docs/library.md are the example files', async () => {
  const shown = codeBlocks(await readProjectFile('docs/library.md'), 'js')
  const names = await readdir(new URL('../../docs/examples/', import.meta.url))
  const programs = names.filter((name) => name.endsWith('.js')).map((name) => name.slice(0, -3))
  const texts = await Promise.all(programs.map(example))
  expect(shown.filter((one) => !texts.includes(one))).toEqual([])
  expect(shown).toHaveLength(8)
})

test('a session goes on where it was when the program is run again, and tells its news once', async () => {
  await using world = await openExampleWorld([text('Bess.'), text('And Captain.')])
  const ask = await example('ask')
  expect(await world.run(ask)).toMatch(/^Bess\.\nok, 0\.\d+ USD\n$/)
  const news = await example('news')
  expect(await world.run(news)).toMatch(/^\d+ ok: Bess\.\n$/)
  expect(await world.run(news)).toBe('')
  expect(await world.run(ask)).toMatch(/^And Captain\.\nok, 0\.\d+ USD\n$/)
  expect(await world.run(news)).toMatch(/^\d+ ok: And Captain\.\n$/)
  expect(JSON.stringify(world.model.requests.at(-1)?.body)).toContain('Bess.')
})

test('questions and permissions are answered by the program', async () => {
  const options = ['Red', 'Green'].map((label) => ({ label, description: label }))
  const question = { question: 'Which colour?', header: 'Colour', options, multiSelect: false }
  await using world = await openExampleWorld([
    tool('AskUserQuestion', { questions: [question] }),
    tool('Bash', { command: 'touch door.txt' }),
    text('It is red.'),
  ])
  const printed = await world.run(await example('answers'))
  expect(printed).toBe('answered: question\nanswered: permission\nok: It is red.\n')
  expect(await readdir(join(world.dir, 'stable'))).toContain('door.txt')
})

test('a mail that comes twice is one run, with its file', async () => {
  await using world = await openExampleWorld([text('Five.')])
  expect(await world.run(await example('submit'))).toBe('ok: Five. (true, 1)\n')
  expect(JSON.stringify(world.model.prompts[0]?.body)).toContain('oats.csv')
})

test('a release waits for its checks and for whoever looks at it, and costs are summed up', async () => {
  await using world = await openExampleWorld([
    text('They are green.', { when: { lastUserText: 'Run the tests.' } }),
    text('They are right.', { when: { lastUserText: 'Check the docs.' } }),
    text('New: doors.', { when: { lastUserText: 'Write the release notes.' } }),
  ])
  // The three sessions work in one folder.
  const configured =
    'default: { workspace: { path: ../stable }, shareWorkspace: true, maxDayUsd: 9 }'
  await writeFile(join(world.dir, 'hostler-data/hostler.yaml'), `profiles: { ${configured} }`)
  expect(await world.run(await example('release'))).toBe(
    'to be looked at: New: doors.\nsucceeded\n',
  )
  const printed = await world.run(await example('costs'))
  expect(printed).toMatch(
    /^default: 0\.\d+ USD, 3 runs\nprofile default a day: 0\.\d+ of 9\n3 attempts\n$/,
  )
})

test('a schedule is made once, and run when it is wanted', async () => {
  await using world = await openExampleWorld([text('Doors.'), text('Windows.')])
  const schedule = await example('schedule')
  const printed = /^5 next times\nreport\/\d{8}T\d{6}(\.\d+)?Z: (Doors|Windows)\.\n$/
  expect(await world.run(schedule)).toMatch(printed)
  expect(await world.run(schedule)).toMatch(printed)
})

test('what a killed program has left goes on in the next one', async () => {
  const wait = 'while [ ! -e go ]; do sleep 0.05; done'
  await using world = await openExampleWorld([
    tool('Bash', { command: wait }),
    text('The road is clear.'),
  ])
  const configured = join(world.dir, 'hostler-data/hostler.yaml')
  await writeFile(
    configured,
    'profiles: { default: { workspace: { path: ../stable }, allowedTools: [Bash] } }',
  )
  const dying = (await example('ask'))
    .replace(', configuration: { profiles }', '')
    .replace(
      'break\n',
      "break\n  if (event.type === 'tool_started') process.kill(process.pid, 'SIGKILL')\n",
    )
  await expect(world.run(dying)).rejects.toMatchObject({ signal: 'SIGKILL' })
  await writeFile(join(world.dir, 'stable/go'), '')
  const printed = await world.run(await example('recover'))
  expect(printed).toBe('Which files are here? ok: The road is clear. (attempts: 1)\n')
  // Its log is in the store, and its folder gone.
  expect(await listAgents(join(world.dir, 'hostler-data'))).toEqual([])
})

test('the client’s program does over HTTP what the first one does', async () => {
  await using world = await openExampleWorld([text('Bess.')])
  const { dir, env } = world
  const configuration = { profiles: { default: { workspace: { path: join(dir, 'stable') } } } }
  const dataDir = join(dir, 'hostler-data')
  await using daemon = await startTestDaemon({ dataDir, configuration, env })
  const program = (await example('client')).replaceAll('http://127.0.0.1:7717', daemon.url)
  expect(await world.run(program)).toMatch(/^Bess\.\nok, 0\.\d+ USD\n$/)
  await daemon.end('SIGTERM')
})

test('docs/library.md has every error’s code', async () => {
  const page = await readProjectFile('docs/library.md')
  const listed = [...page.matchAll(/^\| `(\w+)` +\| (\d+) /gm)].map((one) => [
    one[1],
    Number(one[2]),
  ])
  expect(Object.fromEntries(listed)).toEqual(errorStatuses)
})
