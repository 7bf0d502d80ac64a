import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import { openDaemonWorld, waitForEvent } from '../support/daemon-world.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const hostler = `'${process.execPath}' '${main}'`

test('a script of an agent asks, splits work and reports on the command line', async () => {
  await using world = await openDaemonWorld({
    profile: { runToken: true, allowedTools: ['Bash'], shareWorkspace: true },
    script: [
      tool('Bash', {
        command: [
          `${hostler} from-agent title Stables`,
          `${hostler} from-agent progress 'half way' --percent 50`,
          `${hostler} from-agent ask 'Which horse?' --option Bess --option Ned > answer`,
          `${hostler} from-agent task Oats CHILD > task`,
          `${hostler} from-agent wait > tasks`,
          `${hostler} submit 'not allowed' --key other 2> refused`,
          'echo $? > code',
        ].join('\n'),
      }),
      text('the oats are in', { when: { lastUserText: 'CHILD' } }),
      text('done'),
    ],
  })
  const daemon = await world.start()
  const run = await daemon.hostler.runs.submit({ key: 'k', prompt: 'go' })
  await waitForEvent(daemon.hostler, run.sessionId, ({ type }) => type === 'request_opened')
  const [request] = (await daemon.hostler.requests.list({ state: 'open' })).items
  await daemon.hostler.requests.answer(request?.id ?? '', {
    behavior: 'allow',
    updatedInput: { answers: { 'Which horse?': 'Ned' } },
  })
  const done = await daemon.hostler.runs.wait(run.id, { timeoutMs: 40_000 })
  expect(done, daemon.log()).toMatchObject({
    outcome: 'ok',
    text: 'done',
    progress: { text: 'half way', percent: 50 },
  })
  const read = (name: string): Promise<string> => readFile(join(world.workspace, name), 'utf8')
  expect(await read('answer')).toBe('Ned\n')
  const [task] = (await daemon.hostler.runs.list({ parentRunId: run.id })).items
  expect(await read('task')).toBe(`${task?.id}\n`)
  expect(await read('tasks')).toBe(`${task?.id}  succeeded  Oats\nthe oats are in\n`)
  expect(await read('refused')).toContain('needs the scope')
  expect(await read('code')).toBe('1\n')
  expect(await daemon.hostler.sessions.get(run.sessionId)).toMatchObject({ title: 'Stables' })
})
