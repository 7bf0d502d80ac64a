import { expect, test } from 'vitest'
import type { OpenedHostler, Run } from '../../src/index.ts'
import type { FakeStep } from '../../src/testing/index.ts'
import { openTestService, type TestService, type TestServiceOptions } from '../support/service.ts'
import { waitFor } from '../support/wait-for.ts'

const noon = Date.parse('2026-11-20T12:00:00Z')

test('a run that does not fit into the day waits for the next one, and says so', async () => {
  const time = { now: noon }
  const budgets = { maxDayUsd: 1, timeZone: 'Europe/Berlin' }
  await using at = await open({ budgets, costUsd: 0.6, clock: () => time.now })
  const hostler = await at.open()
  const [one, two, three] = [
    await submit(hostler, 'one'),
    await submit(hostler, 'two'),
    await submit(hostler, 'three'),
  ]
  for (const run of [one, two]) await ended(hostler, run, 'succeeded')
  const waiting = await waitFor(async () => {
    const run = await hostler.runs.get(three.id)
    return run.state === 'waiting' ? run : null
  })
  const midnight = Date.parse('2026-11-20T23:00:00Z')
  expect(waiting).toMatchObject({ attempts: [], outcome: null })
  expect(waiting.waiting).toMatchObject({ on: 'time', until: midnight })
  expect(waiting.waiting?.reason).toBe('the limit "day" is reached: $1.20 of $1.00 are spent')
  expect((await hostler.status()).limits).toEqual([
    { name: 'day', limitUsd: 1, spentUsd: 1.2, reservedUsd: 0, resetsAt: midnight },
  ])
  time.now = midnight + 1000
  await submit(hostler, 'wakes them up')
  await ended(hostler, three, 'succeeded')
})

test('or fails, naming the limit, what is spent of it, and when it begins anew', async () => {
  const budgets = { onLimit: 'fail', labels: [{ label: 'team', value: 'inn', maxDayUsd: 0.5 }] }
  await using at = await open({ budgets, costUsd: 0.6, clock: () => noon })
  const hostler = await at.open()
  const labels = { team: 'inn' }
  await ended(hostler, await submit(hostler, 'one', { labels }), 'succeeded')
  const refused = await ended(hostler, await submit(hostler, 'two', { labels }), 'failed')
  expect(refused).toMatchObject({
    outcome: 'budget_exceeded',
    error: {
      code: 'budget_reached',
      message: 'the limit "label team=inn a day" is reached: $0.60 of $0.50 are spent',
      cure: 'it begins anew at 2026-11-21T00:00:00.000Z; a higher budgets.labels lets it go on',
    },
    attempts: [],
  })
  // Others are not concerned.
  await ended(hostler, await submit(hostler, 'three', { labels: { team: 'out' } }), 'succeeded')
})

test('a session has so much and no more, over all of its runs', async () => {
  await using at = await open({ profile: { maxSessionUsd: 1 }, costUsd: 0.6 })
  const hostler = await at.open()
  const session = await hostler.sessions.create({})
  const sessionId = session.id
  for (const prompt of ['one', 'two']) {
    await ended(hostler, await hostler.runs.submit({ sessionId, prompt }), 'succeeded')
  }
  const run = await ended(
    hostler,
    await hostler.runs.submit({ sessionId, prompt: 'three' }),
    'failed',
  )
  expect(run.error?.message).toBe('the limit "session" is reached: $1.20 of $1.00 are spent')
  const report = await hostler.costs({ sessionId })
  expect(report.limits).toEqual([
    { name: 'session', limitUsd: 1, spentUsd: 1.2, reservedUsd: 0, resetsAt: null },
  ])
})

test('what is set aside for a turn under way is not given to another', async () => {
  const budgets = { maxDayUsd: 1, reserveUsd: 1 }
  const scenario = { turns: [[{ do: 'begin' }, { do: 'silence' }]] satisfies FakeStep[][] }
  await using at = await open({ budgets, costUsd: 0.1, scenario, perWorker: 2 })
  const hostler = await at.open()
  const one = await submit(hostler, 'one')
  await waitFor(async () => (await hostler.runs.get(one.id)).state === 'running')
  const two = await submit(hostler, 'two')
  const waiting = await waitFor(async () => {
    const run = await hostler.runs.get(two.id)
    return run.state === 'waiting' ? run : null
  })
  expect(waiting.waiting?.reason).toContain('$0.00 of $1.00 are spent, $1.00 are set aside')
  expect((await hostler.costs()).limits).toMatchObject([{ reservedUsd: 1, spentUsd: 0 }])
  // It gives back what it did not need; the other one looks again by itself.
  await hostler.runs.cancel(one.id)
  await waitFor(async () => (await hostler.runs.get(two.id)).state === 'running', {
    timeoutMs: 20_000,
  })
  await hostler.runs.cancel(two.id)
  await ended(hostler, two, 'cancelled')
  expect((await hostler.costs()).limits).toMatchObject([{ reservedUsd: 0 }])
})

test('people are warned once of each limit, by whatever was the last drop', async () => {
  const budgets = { maxDayUsd: 1, warnAt: 0.5 }
  const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`
  // Nobody listens there: what is to be sent is looked at where it waits.
  const hook = { name: 'ops', url: 'http://127.0.0.1:9/', secret, events: ['budget.warning'] }
  await using at = await open({ budgets, costUsd: 0.3, webhooks: [hook], clock: () => noon })
  const hostler = await at.open()
  const runs: Run[] = []
  for (const prompt of ['one', 'two', 'three']) {
    runs.push(await ended(hostler, await submit(hostler, prompt), 'succeeded'))
  }
  const warnings = await Promise.all(
    runs.map(async ({ sessionId }) => {
      const types: string[] = []
      for await (const event of hostler.sessions.events(sessionId, { until: 'now' })) {
        if (event.type !== 'budget_warning') continue
        expect(event).toMatchObject({ limit: 'day', spentUsd: 0.6, limitUsd: 1 })
        types.push(event.type)
      }
      return types.length
    }),
  )
  expect(warnings).toEqual([0, 1, 0])
  expect((await hostler.deliveries.list()).items).toMatchObject([{ kind: 'budget.warning' }])
  expect(at.logged.filter((line) => line.includes('nearly used up'))).toHaveLength(1)
})

type Given = Pick<TestServiceOptions, 'profile' | 'clock'> & {
  budgets?: Record<string, unknown>
  webhooks?: unknown[]
  costUsd: number
  /** Default 1: one after the other. */
  perWorker?: number
  scenario?: NonNullable<TestServiceOptions['scenario']>
}

/** With a claude whose turns cost so much. */
async function open(given: Given): Promise<TestService> {
  const { budgets, webhooks, costUsd, scenario, perWorker = 1, ...more } = given
  const tokens = { inputTokens: 10, outputTokens: 5 }
  const share = { 'claude-fake-1': { ...tokens, costUSD: costUsd } }
  const extra = { model_usage_since_last_result: share }
  return await openTestService({
    scenario: {
      everyTurn: [{ do: 'begin' }, { do: 'assistant', text: 'ok' }, { do: 'end', extra }],
      ...scenario,
    },
    configuration: {
      limits: { perWorker },
      ...(budgets === undefined ? {} : { budgets }),
      ...(webhooks === undefined ? {} : { webhooks }),
    },
    ...more,
    profile: { shareWorkspace: true, ...more.profile },
  })
}

let keys = 0

/** In a session of its own. */
async function submit(
  hostler: OpenedHostler,
  prompt: string,
  more: { labels?: Record<string, string> } = {},
): Promise<Run> {
  keys += 1
  return await hostler.runs.submit({ key: `s${keys}`, prompt, ...more })
}

async function ended(hostler: OpenedHostler, run: Run, state: Run['state']): Promise<Run> {
  const done = await hostler.runs.wait(run.id, { timeoutMs: 20_000 })
  expect(done).toMatchObject({ state })
  return done
}
