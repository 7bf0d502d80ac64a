import { expect, test } from 'vitest'
import { text } from '../../src/testing/index.ts'
import { eventsUntil, openTestService } from '../support/service.ts'

test('a prompt for a new key makes a session, is run, and is told from its beginning', async () => {
  await using world = await openTestService({ script: [text('r-1'), text('r-2')] })
  const hostler = await world.open()
  const run = await hostler.runs.submit({ key: 'k', prompt: 'p-1' })
  expect(run).toMatchObject({ state: 'queued', ordinal: 1 })
  const done = await hostler.runs.wait(run.id, { timeoutMs: 20_000 })
  expect(done, world.logged.join('')).toMatchObject({
    state: 'succeeded',
    outcome: 'ok',
    text: 'r-1',
  })
  const next = await hostler.runs.submit({ key: 'k', prompt: 'p-2' })
  expect(await hostler.runs.wait(next.id, { timeoutMs: 20_000 })).toMatchObject({ text: 'r-2' })
  const events = await eventsUntil(
    hostler,
    run.sessionId,
    (event) => event.type === 'run_ended' && event.runId === next.id,
  )
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
  expect(events.flatMap((event) => (event.type === 'text' ? event.text : []))).toEqual([
    'r-1',
    'r-2',
  ])
})
