import { expect, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import { realClaudes } from '../support/real-claude.ts'
import { waitFor } from '../support/wait-for.ts'
import { eventsUntil, openTestService } from '../support/service.ts'

test.each(realClaudes.map(({ version }) => version))(
  '%s: a run that waits too long for a human gives up its agent, and goes on in its conversation with the answer',
  async (version) => {
    await using world = await openTestService({
      version,
      profile: { parkAfterMs: 1 },
      configuration: { limits: { perWorker: 1 } },
      script: [
        tool('Bash', { command: 'touch asked.txt' }),
        text('other done', { when: { lastUserText: 'other' } }),
        tool('Bash', { command: 'touch asked.txt' }),
        text('it was allowed'),
      ],
    })
    const hostler = await world.open()
    const run = await hostler.runs.submit({ key: 'k', prompt: 'ask me' })
    await eventsUntil(hostler, run.sessionId, ({ type }) => type === 'attempt_ended')
    expect(await hostler.runs.get(run.id)).toMatchObject({
      state: 'waiting',
      waiting: { on: 'human' },
      attempts: [{ outcome: 'parked', error: null }],
    })
    await waitFor(async () => (await hostler.agents.list()).every(({ state }) => state === 'ended'))

    // The one slot is free for another session.
    const other = await hostler.runs.submit({ key: 'other', prompt: 'other' })
    expect(await hostler.runs.wait(other.id, { timeoutMs: 20_000 })).toMatchObject({
      text: 'other done',
    })

    const [request] = (await hostler.requests.list({ state: 'open' })).items
    await hostler.requests.answer(request?.id ?? '', { behavior: 'allow' })
    const done = await hostler.runs.wait(run.id, { timeoutMs: 20_000 })
    expect(done, world.logged.join('')).toMatchObject({
      outcome: 'ok',
      text: 'it was allowed',
      attempts: [{ outcome: 'parked' }, { outcome: 'ok' }],
    })
    const told: string[] = []
    for await (const { type } of hostler.sessions.events(run.sessionId, { until: 'now' }))
      told.push(type)
    expect(told.filter((type) => type === 'request_opened')).toHaveLength(1)
    expect(JSON.stringify(world.model.requests.at(-2)?.body)).toContain('This was allowed')
  },
)

const question = {
  question: 'Which colour?',
  header: 'Colour',
  options: [
    { label: 'Red', description: 'r' },
    { label: 'Blue', description: 'b' },
  ],
  multiSelect: false,
}

test('H1 a parked question is answered after a restart, and the conversation goes on with the answer', async () => {
  await using world = await openTestService({
    profile: { parkAfterMs: 1 },
    script: [tool('AskUserQuestion', { questions: [question] }), text('blue it is')],
  })
  const before = await world.open()
  const run = await before.runs.submit({ key: 'k', prompt: 'paint it' })
  await eventsUntil(before, run.sessionId, ({ type }) => type === 'attempt_ended')
  await before.close()

  const hostler = await world.open()
  expect(await hostler.runs.get(run.id)).toMatchObject({ state: 'waiting' })
  const [asked] = (await hostler.requests.list({ state: 'open' })).items
  if (asked?.request.kind !== 'question') throw new Error('nothing is asked')
  const updatedInput = { ...asked.request.input, answers: { 'Which colour?': 'Blue' } }
  await hostler.requests.answer(asked.id, { behavior: 'allow', updatedInput })
  expect(await hostler.runs.wait(run.id, { timeoutMs: 20_000 })).toMatchObject({
    outcome: 'ok',
    text: 'blue it is',
  })
  expect(world.model.requests.at(-1)?.lastUserText).toContain('"Which colour?" = "Blue"')
  expect(world.model.requests.at(-1)?.conversation).toContain('paint it')
})

test('H1 a plan that was parked and approved is carried out without being asked again', async () => {
  await using world = await openTestService({
    profile: { parkAfterMs: 1, permissionMode: 'plan' },
    script: [
      tool('ExitPlanMode', { plan: '# Paint it' }),
      tool('ExitPlanMode', { plan: '# Paint it' }),
      text('painted'),
    ],
  })
  const hostler = await world.open()
  const run = await hostler.runs.submit({ key: 'k', prompt: 'paint it' })
  await eventsUntil(hostler, run.sessionId, ({ type }) => type === 'attempt_ended')
  const [asked] = (await hostler.requests.list({ state: 'open' })).items
  expect(asked?.kind).toBe('plan')
  await hostler.requests.answer(asked?.id ?? '', { behavior: 'allow' })
  expect(await hostler.runs.wait(run.id, { timeoutMs: 20_000 })).toMatchObject({ text: 'painted' })
  expect((await hostler.requests.list()).items).toHaveLength(1)
})

test.each([
  ['deny', { outcome: 'ok', text: 'without it, then' }],
  ['stop', { outcome: 'permission_denied', error: { code: 'request_expired' } }],
] as const)('H1 a parked request that expires: %s', async (onRequestExpiry, expected) => {
  await using world = await openTestService({
    profile: { parkAfterMs: 1, requestTimeoutMs: 1500, onRequestExpiry },
    script: [tool('Bash', { command: 'touch asked.txt' }), text('without it, then')],
  })
  const hostler = await world.open()
  const run = await hostler.runs.submit({ key: 'k', prompt: 'ask me' })
  const done = await hostler.runs.wait(run.id, { timeoutMs: 20_000 })
  expect(done, world.logged.join('')).toMatchObject(expected)
  expect((await hostler.requests.list()).items).toMatchObject([{ state: 'expired' }])
})

test('E5 a parked run that is cancelled ends at once, and its question is withdrawn', async () => {
  await using world = await openTestService({
    profile: { parkAfterMs: 1 },
    script: [tool('Bash', { command: 'touch asked.txt' }), text('next')],
  })
  const hostler = await world.open()
  const run = await hostler.runs.submit({ key: 'k', prompt: 'ask me' })
  await eventsUntil(hostler, run.sessionId, ({ type }) => type === 'attempt_ended')
  expect(await hostler.runs.cancel(run.id)).toMatchObject({ state: 'cancelled' })
  expect((await hostler.requests.list()).items).toMatchObject([{ state: 'withdrawn' }])
  const next = await hostler.runs.submit({ key: 'k', prompt: 'next' })
  expect(await hostler.runs.wait(next.id, { timeoutMs: 20_000 })).toMatchObject({ text: 'next' })
})

test('a parked run that meets a limit when it goes on waits for that, too, and then hears the answer', async () => {
  const time = { now: Date.parse('2026-11-20T12:00:00Z') }
  await using world = await openTestService({
    clock: () => time.now,
    profile: { parkAfterMs: 0 },
    configuration: { budgets: { maxDayUsd: 0.05, reserveUsd: 0.01 } },
    script: [
      tool('AskUserQuestion', { questions: [question] }, { when: { lastUserText: 'paint it' } }),
      text('spent', { when: { lastUserText: 'spend it' }, usage: { outputTokens: 10_000 } }),
      text('blue it is', { when: { lastUserText: 'Blue' } }),
    ],
  })
  const hostler = await world.open()
  const run = await hostler.runs.submit({ key: 'k', prompt: 'paint it' })
  await eventsUntil(hostler, run.sessionId, ({ type }) => type === 'attempt_ended')
  const other = await hostler.runs.submit({ key: 'other', prompt: 'spend it' })
  // It is cut short by the limit itself, and waits for the next day, too.
  await waitFor(async () => (await hostler.runs.get(other.id)).state === 'waiting')

  const [asked] = (await hostler.requests.list({ state: 'open' })).items
  if (asked?.request.kind !== 'question') throw new Error('nothing is asked')
  const updatedInput = { ...asked.request.input, answers: { 'Which colour?': 'Blue' } }
  await hostler.requests.answer(asked.id, { behavior: 'allow', updatedInput })
  const held = await waitFor(async () => {
    const { waiting } = await hostler.runs.get(run.id)
    return waiting?.on === 'time' ? waiting : null
  })
  expect(held.reason).toContain('the limit "day" is reached')
  time.now += 86_400_000
  expect(await hostler.runs.wait(run.id, { timeoutMs: 20_000 })).toMatchObject({
    text: 'blue it is',
  })
})
