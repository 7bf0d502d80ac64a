import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { checkBatch } from '../../src/cli/batch/check-batch.ts'
import { text, tool } from '../../src/testing/index.ts'
import { startTestDaemon } from '../support/daemon.ts'
import { openExampleWorld } from './example-world.ts'
import { codeBlocks, readProjectFile } from './run-example.ts'

const page = await readProjectFile('docs/tasks.md')

test('the batch of docs/tasks.md can be submitted', () => {
  const [file = ''] = codeBlocks(page, 'yaml')
  const entries: unknown[] = parse(file)
  const checked = checkBatch(entries.map((value, index) => ({ line: index + 1, value })))
  expect(checked).toMatchObject({
    entries: [{ label: 'test' }, { label: 'docs' }, { label: '#3' }],
  })
})

test('the script of docs/tasks.md makes a task and waits for it', async () => {
  const [script = ''] = codeBlocks(page, 'sh')
  await using world = await openExampleWorld([
    tool('Bash', { command: 'sh -eu task.sh' }, { when: { lastUserText: 'Split it.' } }),
    text('They are.', { when: { lastUserText: 'Bring docs/ up to date' } }),
    text('It is done.', { when: { hasToolResult: true } }),
  ])
  const { dir, env } = world
  const stable = join(dir, 'stable')
  await writeFile(join(stable, 'task.sh'), script)
  const configuration = {
    profiles: {
      default: {
        workspace: { path: stable },
        shareWorkspace: true,
        allowedTools: ['Bash'],
        runToken: true,
      },
    },
  }
  await using daemon = await startTestDaemon({ dataDir: join(dir, 'data'), configuration, env })
  const { runs, sessions } = daemon.hostler
  const { id, sessionId } = await runs.submit({ key: 'me', prompt: 'Split it.' })
  const { text: reply, progress } = await runs.wait(id)
  expect({ reply, progress }).toMatchObject({ reply: 'It is done.', progress: { percent: 30 } })
  const { items: tasks } = await runs.list({ parentRunId: id })
  expect(tasks).toMatchObject([{ outcome: 'ok', text: 'They are.' }])
  let said = ''
  for await (const event of sessions.events(sessionId, { until: 'now' })) {
    if (event.type === 'tool_finished') said = event.content
  }
  expect(said).toContain('"state":"succeeded","outcome":"ok","text":"They are."')
  await daemon.end('SIGTERM')
})
