import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Outcome } from '../../events/outcome.ts'
import type { Figures } from '../../service/contract/operations.ts'
import { renderState } from './render-state.ts'

/** The figures of this process, and where they are told. All times in milliseconds as everywhere. */
export type Metrics = {
  readonly streams: Gauge
  /** Everything in Prometheus' text format. */
  render(): Promise<{ text: string; contentType: string }>
  /** A run's first attempt has begun, so long after it could. */
  runStarted(what: { waitedMs: number }): void
  runEnded(what: { outcome: Outcome; profile: string; costUsd: number }): void
  /** From reading an event in the agent's log to its being stored and told. */
  eventStored(what: { lagMs: number }): void
  /** One transaction, from its beginning to its commit. */
  committed(what: { ms: number }): void
  countRequest(what: { method: string; route: string; status: number; ms: number }): void
}

const soon = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 5]

/**
 * A registry of its own: two servers in one process do not meet. `snapshot` is asked at each scrape;
 * while it fails, its figures are left out.
 */
export function createMetrics({ snapshot }: { snapshot: () => Promise<Figures> }): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const toStart = new Histogram({
    name: 'hostler_enqueue_to_start_seconds',
    help: 'From when a run could start to when it did',
    buckets: [...soon, 30, 300, 3600],
    registers,
  })
  const outcomes = new Counter({
    name: 'hostler_runs_ended_total',
    help: 'Runs that ended, by outcome',
    labelNames: ['outcome', 'profile'] as const,
    registers,
  })
  const cost = new Counter({
    name: 'hostler_cost_usd_total',
    help: 'US dollars of runs that ended',
    labelNames: ['profile'] as const,
    registers,
  })
  const lag = new Histogram({
    name: 'hostler_event_lag_seconds',
    help: 'From what the agent wrote to what is stored and told',
    buckets: soon,
    registers,
  })
  const database = new Histogram({
    name: 'hostler_database_seconds',
    help: 'Transactions',
    buckets: soon,
    registers,
  })
  const requests = new Histogram({
    name: 'hostler_http_request_seconds',
    help: 'HTTP requests, to the head of the answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: soon,
    registers,
  })
  const streams = new Gauge({
    name: 'hostler_http_streams',
    help: 'Event streams that are open',
    registers,
  })
  return {
    streams,
    async render() {
      const state = await snapshot().then(renderState, () => '')
      return { text: state + (await registry.metrics()), contentType: registry.contentType }
    },
    runStarted: ({ waitedMs }) => toStart.observe(waitedMs / 1000),
    runEnded({ outcome, profile, costUsd }) {
      outcomes.inc({ outcome, profile })
      cost.inc({ profile }, costUsd)
    },
    eventStored: ({ lagMs }) => lag.observe(lagMs / 1000),
    committed: ({ ms }) => database.observe(ms / 1000),
    countRequest: ({ ms, status, ...labels }) =>
      requests.observe({ ...labels, status: String(status) }, ms / 1000),
  }
}
