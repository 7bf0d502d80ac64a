import { expect, test } from 'vitest'
import { failure, text } from '../../src/testing/index.ts'
import { eventsUntil, openTestService } from '../support/service.ts'

test('a result to be reviewed counts when it is accepted; one that is sent back is gone on with in its conversation', async () => {
  await using world = await openTestService({
    script: [text('a first draft'), text('a better one')],
  })
  const hostler = await world.open()
  const run = await hostler.runs.submit({ key: 'k', prompt: 'write it', review: true })
  await eventsUntil(hostler, run.sessionId, ({ type }) => type === 'run_waiting')
  expect(await hostler.runs.get(run.id)).toMatchObject({
    state: 'waiting',
    waiting: { on: 'human' },
    text: 'a first draft',
  })
  const [first] = (await hostler.requests.list({ state: 'open' })).items
  expect(first).toMatchObject({
    kind: 'review',
    origin: 'review',
    request: { outcome: 'ok', text: 'a first draft' },
  })
  await hostler.requests.answer(first?.id ?? '', { behavior: 'deny', message: 'too long' })

  let waits = 0
  await eventsUntil(hostler, run.sessionId, ({ type }) => type === 'run_waiting' && ++waits === 2)
  const [second] = (await hostler.requests.list({ state: 'open' })).items
  expect(second?.request).toMatchObject({ text: 'a better one' })
  await hostler.requests.answer(second?.id ?? '', { behavior: 'allow' })
  expect(await hostler.runs.get(run.id)).toMatchObject({
    state: 'succeeded',
    outcome: 'ok',
    text: 'a better one',
    attempts: [{ outcome: 'ok' }, { outcome: 'ok' }],
  })
  // One agent, one conversation.
  expect(await hostler.agents.list()).toMatchObject([{ state: 'warm' }])
  expect(world.model.requests.at(-1)?.lastUserText).toBe(
    'Your result was looked at and sent back: too long',
  )
})

test('a run under review can be cancelled, and the next of its session follows', async () => {
  await using world = await openTestService({ script: [text('a draft'), text('next')] })
  const hostler = await world.open()
  const run = await hostler.runs.submit({ key: 'k', prompt: 'write it', review: true })
  const next = await hostler.runs.submit({ key: 'k', prompt: 'and then' })
  await eventsUntil(hostler, run.sessionId, ({ type }) => type === 'run_waiting')
  await hostler.runs.cancel(run.id)
  expect(await hostler.runs.wait(next.id, { timeoutMs: 20_000 })).toMatchObject({ text: 'next' })
  expect(await hostler.runs.get(run.id)).toMatchObject({ state: 'cancelled' })
  expect((await hostler.requests.list()).items).toMatchObject([{ state: 'withdrawn' }])
})

test('where a profile wants to be asked, a human decides what follows from a failure', async () => {
  await using world = await openTestService({
    profile: { outcomes: { refused: 'ask' } },
    script: [failure.refusal(), failure.refusal(), text('done another way')],
  })
  const hostler = await world.open()
  const run = await hostler.runs.submit({ key: 'k', prompt: 'do it' })
  await eventsUntil(hostler, run.sessionId, ({ type }) => type === 'run_waiting')
  const [asked] = (await hostler.requests.list({ state: 'open' })).items
  expect(asked).toMatchObject({ kind: 'review', request: { outcome: 'refused' } })
  await hostler.requests.answer(asked?.id ?? '', { behavior: 'deny', message: 'another way' })
  expect(await hostler.runs.wait(run.id, { timeoutMs: 20_000 })).toMatchObject({
    outcome: 'ok',
    text: 'done another way',
  })
})

test('a run to be reviewed has a turn of its own, though it may join another', async () => {
  await using world = await openTestService({
    script: { replies: [text('first', { hold: 'first' })], otherwise: text('answered') },
  })
  const hostler = await world.open()
  const { sessionId } = await hostler.runs.submit({ key: 'k', prompt: 'first' })
  await world.model.waitForRequest()
  const steered = { key: 'k', onBusy: 'steer' } as const
  const reviewed = await hostler.runs.submit({ ...steered, prompt: 'reviewed', review: true })
  const joined = await hostler.runs.submit({ ...steered, prompt: 'joined' })
  const received = new Set<string>()
  // Those that may join are sent in their order.
  await eventsUntil(hostler, sessionId, (event) => {
    if (event.type === 'prompt_state') received.add(event.promptId)
    return received.size === 2
  })
  world.model.release('first')
  expect(await hostler.runs.wait(joined.id, { timeoutMs: 20_000 })).toMatchObject({ attempts: [] })
  await eventsUntil(
    hostler,
    sessionId,
    ({ type, runId }) => type === 'run_waiting' && runId === reviewed.id,
  )
  expect(await hostler.runs.accept(reviewed.id)).toMatchObject({
    state: 'succeeded',
    attempts: [{ outcome: 'ok' }],
  })
})
