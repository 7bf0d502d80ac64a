import { describe, expect, test } from 'vitest'
import { failure, text } from '../../../src/testing/index.ts'
import { realClaudes } from '../../support/real-claude.ts'
import { startTestService } from '../../support/running-service.ts'

const env = { CLAUDE_CODE_MAX_RETRIES: '0' }
const refuses = failure.badRequest('messages.1: image is broken', {
  repeat: true,
  when: { anyText: 'poison' },
})

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('a conversation that the API refuses each time is put into quarantine; a fork from before goes on, and so does it when it is let', async () => {
    await using world = await startTestService({
      version,
      env,
      script: [refuses, text('fine', { repeat: true })],
    })
    const { hostler, model } = world
    const good = await hostler.runs.submit({ key: 'a', prompt: 'hello' })
    expect(await world.ended(good)).toMatchObject({ outcome: 'ok' })
    const { sessionId } = good
    const bad = await hostler.runs.submit({ sessionId, prompt: 'poison' })
    const waits = await hostler.runs.submit({ sessionId, prompt: 'and now?' })
    const done = await world.ended(bad)
    expect(done).toMatchObject({ state: 'failed', outcome: 'api_error' })
    expect(done.attempts.filter(({ outcome }) => outcome === 'api_error')).toHaveLength(3)

    const reason = expect.stringContaining('image is broken')
    const held = { by: 'quarantine', until: null, reason }
    expect(await hostler.sessions.get(sessionId)).toMatchObject({ held })
    expect(await hostler.runs.get(waits.id)).toMatchObject({ state: 'queued', held, attempts: [] })
    await expect(hostler.runs.submit({ sessionId, prompt: 'more' })).rejects.toMatchObject({
      code: 'session_quarantined',
    })
    const told = (await world.events(sessionId)).filter(
      ({ type }) => type === 'session_quarantined',
    )
    expect(told).toMatchObject([{ reason }])
    // It is the conversation's fault, and not the account's.
    expect((await hostler.accounts.list()).map(({ state }) => state)).toEqual(['ok'])

    const fork = await hostler.sessions.fork(sessionId, { afterRun: good.id })
    const forked = await hostler.runs.submit({ sessionId: fork.id, prompt: 'go on' })
    expect(await world.ended(forked)).toMatchObject({ outcome: 'ok', text: 'fine' })

    model.setScript({ otherwise: text('mended') })
    const released = await hostler.sessions.configure(sessionId, { quarantined: false })
    expect(released.held).toBeNull()
    expect(await world.ended(waits)).toMatchObject({ outcome: 'ok', text: 'mended' })
    const types = (await world.events(sessionId)).map(({ type }) => type)
    expect(types.indexOf('session_released')).toBeGreaterThan(types.indexOf('session_quarantined'))
  })
})

test('prompts that the API refuses one after the other put their session into quarantine, too', async () => {
  await using world = await startTestService({
    env,
    profile: { maxAttempts: 1 },
    script: [
      { ...refuses, when: { lastUserText: String.raw`/poison \d\s*$/` } },
      text('fine', { repeat: true }),
    ],
  })
  const { hostler } = world
  const outcomes: (string | null)[] = []
  for (const prompt of ['poison 1', 'poison 2', 'good', 'poison 3', 'poison 4', 'poison 5']) {
    outcomes.push((await world.ended(await hostler.runs.submit({ key: 'a', prompt }))).outcome)
  }
  // The one that was answered in between has begun the row anew.
  expect(outcomes).toEqual(['api_error', 'api_error', 'ok', 'api_error', 'api_error', 'api_error'])
  await expect(hostler.runs.submit({ key: 'a', prompt: 'more' })).rejects.toMatchObject({
    code: 'session_quarantined',
  })
})

test('failures that pass, and models that are not there, poison nothing', async () => {
  await using world = await startTestService({
    env,
    profile: { maxAttempts: 1 },
    script: [failure.serverError({ repeat: 3 }), failure.modelNotFound({ repeat: true })],
  })
  const { hostler } = world
  for (let n = 1; n <= 7; n++) {
    await world.ended(await hostler.runs.submit({ key: 'a', prompt: `p${n}` }))
  }
  const { id } = await hostler.sessions.get('key:a')
  expect((await world.events(id)).map(({ type }) => type)).not.toContain('session_quarantined')
})
