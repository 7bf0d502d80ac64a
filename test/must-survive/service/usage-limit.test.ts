import { describe, expect, test } from 'vitest'
import { failure, text } from '../../../src/testing/index.ts'
import { countInConversation } from '../../support/conversation.ts'
import { waitForEvent } from '../../support/daemon-world.ts'
import { realClaudes } from '../../support/real-claude.ts'
import { startTestService } from '../../support/running-service.ts'

const profile = { oauthToken: 'sk-ant-oat01-inn', maxAttempts: 1, shareWorkspace: true }
const other = { profiles: { other: { extends: 'default', oauthToken: 'sk-ant-oat01-other' } } }

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('E8: a usage limit parks the account: others of it wait and show it, another account goes on, and all go on by themselves', async () => {
    await using world = await startTestService({
      version,
      profile,
      configuration: other,
      script: [
        failure.usageLimit({ resetsInS: 4 }, { when: { lastUserText: 'p-first' } }),
        text('answered', { repeat: true }),
      ],
    })
    const { hostler, model } = world
    const first = await hostler.runs.submit({ key: 'a', prompt: 'p-first' })
    await waitForEvent(hostler, first.sessionId, ({ type }) => type === 'run_waiting')
    const parked = await hostler.runs.get(first.id)
    expect(parked).toMatchObject({
      state: 'waiting',
      waiting: { on: 'time', reason: 'usage limit' },
    })
    const held = { by: 'account', reason: expect.stringContaining('usage limit') }
    const second = await hostler.runs.submit({ key: 'b', prompt: 'p-second' })
    expect(second).toMatchObject({ state: 'queued', held })
    const until = second.held?.until ?? 0
    expect(parked.waiting?.until).toBeGreaterThanOrEqual(until)
    const stranger = await hostler.runs.submit({ key: 'c', prompt: 'p-third', profile: 'other' })
    expect(stranger.held).toBeNull()
    expect(await world.ended(stranger)).toMatchObject({ outcome: 'ok' })
    expect(await hostler.runs.get(second.id)).toMatchObject({ state: 'queued', held, attempts: [] })
    expect(await hostler.sessions.get(second.sessionId)).toMatchObject({ held })

    const [done, after] = await Promise.all([world.ended(first), world.ended(second)])
    expect(done).toMatchObject({ outcome: 'ok', text: 'answered', held: null })
    // Its one try was not spent, and it went on where it was.
    expect(done.attempts.map(({ outcome }) => outcome)).toEqual(['rate_limited', 'ok'])
    expect(done.attempts[1]?.startedAt).toBeGreaterThanOrEqual(until)
    expect(after).toMatchObject({ outcome: 'ok' })
    expect(after.attempts[0]?.startedAt).toBeGreaterThanOrEqual(until)
    expect(model.prompts.filter((one) => countInConversation(one, 'p-first') > 1)).toEqual([])
    expect((await hostler.sessions.get(second.sessionId)).held).toBeNull()
  })
})
