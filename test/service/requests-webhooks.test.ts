import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import { waitForEvent } from '../support/daemon-world.ts'
import { startTestService } from '../support/running-service.ts'
import { waitFor } from '../support/wait-for.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'

const secret = `whsec_${randomBytes(24).toString('base64')}`

type Told = { type: string; data: Record<string, unknown> }

/** What has come so far, each with its signature verified. */
function toldTo({ received }: WebhookReceiver): Told[] {
  return received.map(({ body, headers }) => {
    const signed = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, String(value)]),
    )
    new Webhook(secret).verify(body, signed)
    const told: Told = JSON.parse(body)
    return told
  })
}

test('webhooks are told of requests and ends, also of runs that no worker has ended', async () => {
  await using receiver = await startWebhookReceiver()
  await using world = await startTestService({
    configuration: {
      webhooks: [
        { name: 'ops', url: receiver.url, secret, events: ['run.ended', 'request.opened'] },
      ],
    },
    script: [
      tool('Bash', { command: 'touch asked' }, { repeat: true, when: { hasToolResult: false } }),
      text('done', { repeat: true }),
    ],
  })
  const { hostler } = world
  const submit = (prompt: string) => hostler.runs.submit({ key: 'k', prompt })
  const asking = await submit('ask')
  const cancelled = await submit('queued')
  const archived = await submit('queued, too')
  await waitForEvent(hostler, asking.sessionId, ({ type }) => type === 'run_waiting')
  const [request] = (await hostler.requests.list({ runId: asking.id })).items
  const opened = await waitFor(() => toldTo(receiver)[0])
  expect(opened).toMatchObject({
    type: 'request.opened',
    data: { requestId: request?.id, runId: asking.id, request: { kind: 'permission' } },
  })
  await hostler.runs.cancel(cancelled.id)
  await hostler.sessions.archive(asking.sessionId)
  await waitFor(() => receiver.received.length === 4)
  const ends = toldTo(receiver).slice(1)
  const states = new Map(
    ends.map(({ data }) => [data['runId'], [data['state'], data['sessionKey']]]),
  )
  expect(states).toEqual(
    new Map([asking, cancelled, archived].map(({ id }) => [id, ['cancelled', 'k']])),
  )
})

test('a request that nobody answers in time is denied, and the run goes on', async () => {
  await using world = await startTestService({
    profile: { requestTimeoutMs: 300 },
    script: [
      tool('Bash', { command: 'touch asked' }, { when: { hasToolResult: false } }),
      text('did without', { repeat: true }),
    ],
  })
  const { hostler, model } = world
  const run = await hostler.runs.submit({ key: 'k', prompt: 'ask' })
  expect(await world.ended(run)).toMatchObject({ outcome: 'ok', text: 'did without' })
  const [request] = (await hostler.requests.list({ runId: run.id })).items
  expect(request).toMatchObject({ state: 'expired', answer: null, answeredBy: null })
  expect(model.prompts.at(-1)?.toolResultText).toContain('Nobody answered in time.')
})

test('several questions in one request are answered together', async () => {
  const ask = (question: string) => ({
    question,
    header: 'h',
    options: [
      { label: 'A', description: 'a' },
      { label: 'B', description: 'b' },
    ],
    multiSelect: false,
  })
  const input = { questions: [ask('First?'), ask('Second?')] }
  await using world = await startTestService({
    script: [
      tool('AskUserQuestion', input, { when: { hasToolResult: false } }),
      text('thanks', { repeat: true }),
    ],
  })
  const { hostler, model } = world
  const run = await hostler.runs.submit({ key: 'k', prompt: 'ask' })
  await waitForEvent(hostler, run.sessionId, ({ type }) => type === 'run_waiting')
  const [request] = (await hostler.requests.list({ runId: run.id })).items
  expect(request).toMatchObject({ kind: 'question', state: 'open' })
  const answers = { 'First?': 'A', 'Second?': 'B' }
  const updatedInput = { ...input, answers }
  await hostler.requests.answer(request?.id ?? '', { behavior: 'allow', updatedInput })
  expect(await world.ended(run)).toMatchObject({ outcome: 'ok', text: 'thanks' })
  const said = model.prompts.at(-1)?.toolResultText ?? ''
  expect(said).toMatch(/First\?.*A.*Second\?.*B/s)
})
