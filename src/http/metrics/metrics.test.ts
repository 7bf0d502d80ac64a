import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

const now = {
  queued: 4,
  running: 1,
  waiting: { human: 1, children: 0, time: 2 },
  agents: { busy: 1, warm: 3, spare: 0 },
  agentMemoryBytes: 1_000,
  openRequests: 1,
  workers: 2,
  accounts: [
    {
      id: 'oauth_token-1',
      label: 'OAuth token …1',
      state: 'parked' as const,
      until: 1_800_000_000_000,
      reason: 'usage limit',
      failures: 0,
      since: 1,
      profiles: ['default'],
      heldRuns: 2,
    },
  ],
}

test('what was counted and what is there now are told', async () => {
  const metrics = createMetrics({ snapshot: async () => now })
  metrics.runEnded({ outcome: 'ok', profile: 'default', costUsd: 0.25 })
  metrics.runStarted({ waitedMs: 4 })
  metrics.eventStored({ lagMs: 20 })
  metrics.committed({ ms: 1 })
  metrics.countRequest({ method: 'GET', route: '/v1/runs/{id}', status: 200, ms: 2 })
  const { text, contentType } = await metrics.render()
  expect(contentType).toContain('text/plain')
  expect(text).toContain('hostler_runs_queued 4\n')
  expect(text).toContain('hostler_runs_waiting{on="time"} 2\n')
  expect(text).toContain('hostler_agents{state="warm"} 3\n')
  expect(text).toContain('hostler_accounts{state="parked"} 1\n')
  expect(text).toContain(
    'hostler_account_held_until_seconds{account="oauth_token-1",state="parked"} 1800000000\n',
  )
  expect(text).toContain('hostler_runs_ended_total{outcome="ok",profile="default"} 1\n')
  expect(text).toContain('hostler_cost_usd_total{profile="default"} 0.25\n')
  expect(text).toContain('hostler_enqueue_to_start_seconds_bucket{le="0.005"} 1\n')
  expect(text).toContain('hostler_http_request_seconds_count')
})

test('figures that cannot be looked up are left out, not told as they were', async () => {
  let isThere = true
  const snapshot = async (): Promise<typeof now> =>
    isThere ? now : Promise.reject(new Error('no database'))
  const metrics = createMetrics({ snapshot })
  await metrics.render()
  isThere = false
  const { text } = await metrics.render()
  expect(text).not.toContain('hostler_runs_queued')
  expect(text).toContain('hostler_http_streams 0')
})
