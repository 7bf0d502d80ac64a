import { Gauge, Registry } from 'prom-client'
import type { Figures } from '../../service/contract/operations.ts'

/** In a registry made for this scrape, so that nothing of a former one can be left in it. */
export async function renderState(now: Figures): Promise<string> {
  const registry = new Registry()
  const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
    new Gauge({ name, help, labelNames, registers: [registry] })
  gauge('hostler_runs_queued', 'Runs that wait for their turn').set(now.queued)
  gauge('hostler_runs_running', 'Runs with a turn under way').set(now.running)
  const waiting = gauge('hostler_runs_waiting', 'Runs that wait, by what for', ['on'])
  for (const [on, count] of Object.entries(now.waiting)) waiting.set({ on }, count)
  const agents = gauge('hostler_agents', 'Live agents, by state', ['state'])
  for (const [state, count] of Object.entries(now.agents)) agents.set({ state }, count)
  gauge('hostler_agent_memory_bytes', 'What live agents hold').set(now.agentMemoryBytes)
  gauge('hostler_requests_open', 'Requests that nobody has answered').set(now.openRequests)
  gauge('hostler_workers', 'Workers that are alive').set(now.workers)
  const accounts = gauge('hostler_accounts', 'Logins of Claude, by state', ['state'])
  for (const state of ['ok', 'parked', 'tripped', 'refused'] as const) {
    accounts.set({ state }, now.accounts.filter((one) => one.state === state).length)
  }
  const until = gauge(
    'hostler_account_held_until_seconds',
    'When runs may start again with a login that is parked or tripped, in epoch seconds',
    ['account', 'state'],
  )
  for (const { id: account, state, until: at } of now.accounts) {
    if (at !== null) until.set({ account, state }, at / 1000)
  }
  return await registry.metrics()
}
