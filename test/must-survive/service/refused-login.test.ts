import { describe, expect, test } from 'vitest'
import { failure, text } from '../../../src/testing/index.ts'
import { realClaudes } from '../../support/real-claude.ts'
import { startTestService } from '../../support/running-service.ts'
import { waitFor } from '../../support/wait-for.ts'
import { startWebhookReceiver } from '../../support/webhook-receiver.ts'

const secret = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('E7: a refused login fails its run at once, stops what comes after it, and is told to the operator once', async () => {
    await using receiver = await startWebhookReceiver()
    const hook = { name: 'ops', url: receiver.url, secret, events: ['account.changed'] }
    await using world = await startTestService({
      version,
      profile: { apiKey: 'sk-ant-api03-refused', shareWorkspace: true },
      configuration: {
        webhooks: [hook],
        profiles: { other: { extends: 'default', apiKey: 'sk-ant-api03-good' } },
      },
      script: [
        text('other', { repeat: true, when: { lastUserText: 'p-other' } }),
        failure.unauthorized('invalid x-api-key', { repeat: true }),
      ],
    })
    const { hostler, model } = world
    const first = await hostler.runs.submit({ key: 'a', prompt: 'p-1' })
    const waits = await hostler.runs.submit({ key: 'a', prompt: 'p-2' })
    const done = await world.ended(first)
    expect(done).toMatchObject({ state: 'failed', outcome: 'auth' })
    expect(done.attempts).toHaveLength(1)
    // Not the CLI's ten tries over three minutes.
    const asked = model.prompts.length
    expect(asked).toBeLessThanOrEqual(3)

    const [account] = (await hostler.accounts.list()).filter(({ state }) => state === 'refused')
    expect(account).toMatchObject({ profiles: ['default'], heldRuns: 1, until: null })
    expect(await hostler.runs.get(waits.id)).toMatchObject({
      state: 'queued',
      held: { by: 'account', until: null },
      attempts: [],
    })
    await expect(hostler.runs.submit({ key: 'b', prompt: 'p-3' })).rejects.toMatchObject({
      code: 'account_refused',
      cure: expect.stringContaining(`hostler accounts resume ${account?.id}`),
    })
    const other = await hostler.runs.submit({ key: 'c', prompt: 'p-other', profile: 'other' })
    expect(await world.ended(other)).toMatchObject({ outcome: 'ok' })
    expect((await hostler.status()).accounts).toEqual(await hostler.accounts.list())

    model.setScript({ otherwise: text('welcome') })
    const resumed = await hostler.accounts.resume(account?.id ?? '')
    expect(resumed).toMatchObject({ state: 'ok', reason: null })
    expect(await world.ended(waits)).toMatchObject({ outcome: 'ok', text: 'welcome' })
    await waitFor(() => receiver.received.length === 2)
    const told = receiver.received.map(({ body }) => JSON.parse(body))
    expect(told).toMatchObject([
      { type: 'account.changed', data: { accountId: account?.id, state: 'refused' } },
      { type: 'account.changed', data: { accountId: account?.id, state: 'ok' } },
    ])
    expect(JSON.stringify(told)).not.toContain('sk-ant')
    expect(
      world.logged.filter((line) => line.includes('nothing starts with an account')),
    ).toHaveLength(1)
  })
})

test('another key is another account: what waited goes on by itself', async () => {
  await using world = await startTestService({
    profile: { apiKey: 'sk-ant-api03-refused' },
    script: [failure.unauthorized('invalid x-api-key', { repeat: true })],
  })
  const { hostler, model } = world
  const first = await hostler.runs.submit({ key: 'a', prompt: 'p-1' })
  const waits = await hostler.runs.submit({ key: 'a', prompt: 'p-2' })
  expect(await world.ended(first)).toMatchObject({ outcome: 'auth' })
  model.setScript({ otherwise: text('welcome') })
  world.reconfigure({ apiKey: 'sk-ant-api03-new' })
  expect(await world.ended(waits)).toMatchObject({ outcome: 'ok', text: 'welcome' })
})
