import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { text } from '../../../src/testing/index.ts'
import { openDaemonWorld, waitForRuns } from '../../support/daemon-world.ts'
import { runServe } from '../../support/run-serve.ts'

test('C6: a second hostler serve on one data directory is refused, naming the first, which goes on', async () => {
  await using world = await openDaemonWorld({
    script: [text('undisturbed', { hold: 'reply' })],
  })
  await using first = await world.start()
  const run = await first.hostler.runs.submit({ key: 'a', prompt: 'go on' })
  await world.model.waitForRequest((request) => request.lastUserText === 'go on')
  const [agent] = await first.hostler.agents.list()
  const dataDir = join(world.root, 'data')
  const path = join(world.root, 'hostler-serve.yaml')
  const serve = ['serve', '--config', path, '--data-dir', dataDir, '--port', '0']
  for (let n = 0; n < 2; n++) {
    const second = await runServe(serve, world.env)
    expect(second).toMatchObject({ code: 1, stdout: '' })
    expect(second.stderr).toContain(`${dataDir} is in use by hostler serve, process ${first.pid},`)
    expect(second.stderr).toContain('give this one another data directory')
    expect(second.stderr.trimEnd().split('\n').length).toBeLessThan(4)
  }
  expect(existsSync(join(dataDir, 'lock.json'))).toBe(true)
  expect(await first.hostler.agents.list()).toMatchObject([{ id: agent?.id, pid: agent?.pid }])
  world.model.release('reply')
  const [ended] = await waitForRuns(first.hostler, [run])
  expect(ended).toMatchObject({ outcome: 'ok', text: 'undisturbed' })
  expect(ended?.attempts).toHaveLength(1)
})
