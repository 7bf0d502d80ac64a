import { expect, test } from 'vitest'
import type { SessionEvent } from '../../src/events/index.ts'
import { failure, text } from '../../src/testing/index.ts'
import { startTestService } from '../support/running-service.ts'

const answers = (...names: string[]): ReturnType<typeof text>[] =>
  names.map((name) => text(`re ${name}`, { when: { lastUserText: name }, repeat: true }))

function milestones(events: readonly SessionEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.type === 'run_started') return [`started ${event.runId}`]
    return event.type === 'run_ended' ? [`ended ${event.runId}`] : []
  })
}

test('runs of a session go one after another, and those of two sessions side by side', async () => {
  await using world = await startTestService({
    profile: { shareWorkspace: true },
    script: [
      text('re a-1', { hold: 'a', when: { lastUserText: 'a-1' } }),
      text('re b-1', { hold: 'b', when: { lastUserText: 'b-1' } }),
      ...answers('a-2', 'a-3', 'b-2'),
    ],
  })
  const { hostler, model } = world
  const submit = (key: string, prompt: string) => hostler.runs.submit({ key, prompt })
  const ofA = [await submit('a', 'a-1'), await submit('a', 'a-2'), await submit('a', 'a-3')]
  const ofB = [await submit('b', 'b-1'), await submit('b', 'b-2')]
  expect(ofA.map(({ ahead }) => ahead)).toEqual([0, 1, 2])
  // Neither can have ended: both wait for the model.
  await Promise.all(
    ['a-1', 'b-1'].map((name) => model.waitForRequest((one) => one.lastUserText === name)),
  )
  expect(await hostler.status()).toMatchObject({ runs: { running: 2, queued: 3 } })
  model.release('b')
  const doneB = await Promise.all(ofB.map(world.ended))
  expect(doneB.map(({ text: reply }) => reply)).toEqual(['re b-1', 're b-2'])
  model.release('a')
  const doneA = await Promise.all(ofA.map(world.ended))
  expect(doneA.map(({ text: reply }) => reply)).toEqual(['re a-1', 're a-2', 're a-3'])
  const [first] = ofA
  expect(milestones(await world.events(first?.sessionId ?? ''))).toEqual(
    ofA.flatMap(({ id }) => [`started ${id}`, `ended ${id}`]),
  )
})

test('of two sessions that wait for a place, the one with the higher priority goes first', async () => {
  await using world = await startTestService({
    profile: { shareWorkspace: true },
    configuration: { limits: { perWorker: 1 } },
    script: [text('re first', { hold: 'first' }), ...answers('low', 'high')],
  })
  const { hostler, model } = world
  const first = await hostler.runs.submit({ key: 'first', prompt: 'first' })
  await model.waitForRequest()
  const low = await hostler.runs.submit({ key: 'low', prompt: 'low', priority: -5 })
  const high = await hostler.runs.submit({ key: 'high', prompt: 'high', priority: 5 })
  model.release('first')
  await Promise.all([first, low, high].map(world.ended))
  const asked = model.prompts.map(({ lastUserText }) => lastUserText)
  expect(asked).toEqual(['first', 'high', 'low'])
})

test('a delayed run starts when its time has come, and holds up none that is ready before', async () => {
  await using world = await startTestService({ script: answers('later', 'now') })
  const { hostler, model } = world
  const later = await hostler.runs.submit({ key: 'k', prompt: 'later', delayMs: 1500 })
  const now = await hostler.runs.submit({ key: 'k', prompt: 'now' })
  const [doneLater] = await Promise.all([later, now].map(world.ended))
  expect(model.prompts.map(({ lastUserText }) => lastUserText)).toEqual(['now', 'later'])
  expect(later.readyAt - later.createdAt).toBe(1500)
  expect(doneLater?.startedAt).toBeGreaterThanOrEqual(later.readyAt)
})

test('a failed run does not hold up the next one of its session', async () => {
  await using world = await startTestService({
    script: [text('re second', { when: { anyText: 'second' } }), failure.refusal({ repeat: true })],
  })
  const { hostler } = world
  const failed = await hostler.runs.submit({ key: 'k', prompt: 'first' })
  const second = await hostler.runs.submit({ key: 'k', prompt: 'second' })
  expect(await world.ended(failed)).toMatchObject({ state: 'failed', outcome: 'refused' })
  expect(await world.ended(second)).toMatchObject({ state: 'succeeded', text: 're second' })
})
