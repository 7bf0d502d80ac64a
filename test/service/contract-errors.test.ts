import { expect, test } from 'vitest'
import type { Hostler } from '../../src/client/index.ts'
import { all, failureOf, openContractWorld } from '../support/contract-world.ts'

const timeoutMs = 30_000

test('errors over HTTP have the code, params, message and cure of those in the process', async () => {
  await using world = await openContractWorld({ over: 'HTTP' })
  const { hostler, inProcess } = world
  const taken = await inProcess.sessions.create({ key: 'taken' })
  const archived = await inProcess.sessions.create({ key: 'archived' })
  await inProcess.sessions.archive(archived.id)
  const ended = await inProcess.runs.submit({ key: 'taken', prompt: 'p', idempotencyKey: 'i' })
  await inProcess.runs.wait(ended.id, { timeoutMs })
  const calls: [string, (at: Hostler) => Promise<unknown>][] = [
    ['not_found', (at) => at.sessions.get('none')],
    ['not_found', (at) => at.sessions.get('key:none')],
    ['key_taken', (at) => at.sessions.create({ key: 'taken' })],
    ['not_found', (at) => at.sessions.create({ profile: 'defualt' })],
    ['workspace_not_allowed', (at) => at.sessions.create({ workspace: { path: '/etc' } })],
    ['invalid_input', (at) => at.sessions.configure(taken.id, { labels: { '': 'x' } })],
    ['not_found', (at) => at.sessions.fork(taken.id, { afterRun: 'none' })],
    ['session_not_archived', (at) => at.sessions.delete(taken.id)],
    ['invalid_input', (at) => at.sessions.list({}, { cursor: 'odd' })],
    ['invalid_input', (at) => at.sessions.list({}, { limit: 0 })],
    ['not_found', (at) => all(at.sessions.events('none', { until: 'now' }))],
    ['invalid_prompt', (at) => at.runs.submit({ key: 'k', prompt: '' })],
    ['session_archived', (at) => at.runs.submit({ key: 'archived', prompt: 'p' })],
    [
      'idempotency_conflict',
      (at) => at.runs.submit({ key: 'taken', prompt: 'q', idempotencyKey: 'i' }),
    ],
    ['not_found', (at) => at.runs.get('none')],
    ['not_found', (at) => at.runs.wait('none')],
    ['run_ended', (at) => at.runs.cancel(ended.id)],
    ['run_not_running', (at) => at.runs.interrupt(ended.id)],
    ['run_not_in_review', (at) => at.runs.accept(ended.id)],
    ['run_not_in_review', (at) => at.runs.reject(ended.id, { comment: 'no' })],
    ['invalid_input', (at) => at.runs.reject(ended.id, { comment: ' ' })],
    ['not_found', (at) => at.runs.accept('none')],
    ['not_found', (at) => at.runs.submit({ key: 'k', prompt: 'p', dependsOn: ['none'] })],
    ['not_found', (at) => at.runs.retry('none')],
    ['not_found', (at) => at.runs.log(ended.id, { attempt: 9 })],
    ['not_found', (at) => at.requests.answer('none', { behavior: 'allow' })],
    ['not_found', (at) => at.accounts.resume('none')],
    ['not_found', (at) => at.agents.stop('none')],
    ['not_found', (at) => at.tokens.revoke('none')],
    ['not_found', (at) => at.deliveries.resend('none')],
  ]
  for (const [code, call] of calls) {
    const failure = await failureOf(() => call(hostler))
    expect(failure).toMatchObject({ code })
    expect(failure).toEqual(await failureOf(() => call(inProcess)))
  }
})
