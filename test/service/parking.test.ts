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
