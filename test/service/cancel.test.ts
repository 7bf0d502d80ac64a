import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startSilentRemote } from '../support/silent-remote.ts'
import { text, tool } from '../../src/testing/index.ts'
import { waitForEvent } from '../support/daemon-world.ts'
import { listMarkedProcesses } from '../support/processes.ts'
import { startTestService } from '../support/running-service.ts'
import { waitFor } from '../support/wait-for.ts'

const cancelled = { state: 'cancelled', outcome: 'cancelled' }

describe('a run is cancelled', () => {
  test('while it is queued: at once, and the one behind it goes on', async () => {
    await using world = await startTestService({
      script: [text('re first', { hold: 'first' }), text('re third')],
    })
    const { hostler, model } = world
    const submit = (prompt: string) => hostler.runs.submit({ key: 'k', prompt })
    const [first, second, third] = [await submit('1'), await submit('2'), await submit('3')]
    await model.waitForRequest()
    expect(await hostler.runs.cancel(second.id)).toMatchObject({ ...cancelled, attempts: [] })
    model.release('first')
    expect(await world.ended(first)).toMatchObject({ outcome: 'ok', text: 're first' })
    expect(await world.ended(third)).toMatchObject({ outcome: 'ok', text: 're third' })
    expect(model.prompts).toHaveLength(2)
  })

  test('while its workspace is made: at once, and the one behind it need not wait for the lease', async () => {
    await using remote = await startSilentRemote()
    await using world = await startTestService({
      scenario: {},
      profile: { workspace: { git: remote.url } },
      configuration: { worker: { leaseMs: 600_000, heartbeatMs: 300_000 } },
    })
    const { hostler } = world
    const submit = (prompt: string) => hostler.runs.submit({ key: 'k', prompt })
    const [first, second] = [await submit('1'), await submit('2')]
    await remote.asked
    expect(await hostler.runs.cancel(first.id)).toMatchObject({ ...cancelled, attempts: [] })
    remote.refuse()
    expect(await world.ended(second)).toMatchObject({ state: 'failed', outcome: 'spawn_failed' })
    expect(
      (await world.events(first.sessionId)).filter(({ type }) => type === 'run_ended'),
    ).toEqual([
      expect.objectContaining({ runId: first.id }),
      expect.objectContaining({ runId: second.id }),
    ])
  })

  test('while its agent starts: the prompt is never sent', async () => {
    await using world = await startTestService({
      profile: { startTimeoutMs: 60_000 },
      scenario: { onStart: [{ do: 'silence' }] },
    })
    const { hostler } = world
    const run = await hostler.runs.submit({ key: 'k', prompt: 'p' })
    await waitForEvent(hostler, run.sessionId, ({ type }) => type === 'run_started')
    await hostler.runs.cancel(run.id)
    expect(await world.ended(run)).toMatchObject(cancelled)
    expect(await world.ended(run)).toMatchObject({ attempts: [{ outcome: 'cancelled' }] })
  })

  test('while a tool runs: the tool ends, too, and the agent takes the next prompt', async () => {
    await using world = await startTestService({
      profile: { allowedTools: ['Bash'] },
      script: [
        tool('Bash', { command: 'touch begun; exec sleep 77777' }),
        text('re next', { repeat: true }),
      ],
    })
    const { hostler, workspace } = world
    const run = await hostler.runs.submit({ key: 'k', prompt: 'p' })
    const next = await hostler.runs.submit({ key: 'k', prompt: 'next' })
    await waitFor(() => existsSync(join(workspace, 'begun')))
    const sleeps = (): number =>
      listMarkedProcesses(workspace).filter(({ command }) => command === 'sleep 77777').length
    expect(sleeps()).toBe(1)
    await hostler.runs.cancel(run.id)
    const ended = await world.ended(run)
    expect(ended).toMatchObject({ ...cancelled, cancelRequestedAt: expect.any(Number) })
    const done = await world.ended(next)
    expect(done).toMatchObject({ outcome: 'ok', text: 're next' })
    expect(done.attempts[0]?.agentId).toBe(ended.attempts[0]?.agentId)
    await waitFor(() => sleeps() === 0)
    const told = (await world.events(run.sessionId)).filter(
      (event) => event.type === 'run_cancelling',
    )
    expect(told).toMatchObject([{ runId: run.id, by: 'local' }])
  })

  test('while it waits for a human: the request is withdrawn', async () => {
    await using world = await startTestService({
      script: [tool('Bash', { command: 'touch asked' }), text('re next', { repeat: true })],
    })
    const { hostler } = world
    const run = await hostler.runs.submit({ key: 'k', prompt: 'p' })
    await waitForEvent(hostler, run.sessionId, ({ type }) => type === 'run_waiting')
    await hostler.runs.cancel(run.id)
    expect(await world.ended(run)).toMatchObject(cancelled)
    const { items } = await hostler.requests.list({ runId: run.id })
    expect(items).toMatchObject([{ state: 'withdrawn' }])
    const answer = hostler.requests.answer(items[0]?.id ?? '', { behavior: 'allow' })
    await expect(answer).rejects.toMatchObject({ code: 'request_not_open' })
    const next = await hostler.runs.submit({ key: 'k', prompt: 'next' })
    expect(await world.ended(next)).toMatchObject({ outcome: 'ok', text: 're next' })
    expect(existsSync(join(world.workspace, 'asked'))).toBe(false)
  })

  test('while it is parked for a retry: at once, and it never starts again', async () => {
    await using world = await startTestService({
      retryPauses: { firstBackoffMs: 600_000, maxBackoffMs: 600_000 },
      scenario: { turns: [[{ do: 'begin' }, { do: 'kill', signal: 'SIGKILL' }]] },
    })
    const { hostler } = world
    const run = await hostler.runs.submit({ key: 'k', prompt: 'p' })
    await waitForEvent(hostler, run.sessionId, ({ type }) => type === 'run_waiting')
    await waitFor(async () => (await hostler.sessions.get(run.sessionId)).workerId === null)
    expect(await hostler.runs.cancel(run.id)).toMatchObject(cancelled)
    expect((await world.ended(run)).attempts).toMatchObject([{ outcome: 'killed' }])
  })

  test('twice at once, and after its end', async () => {
    await using world = await startTestService({
      scenario: { turns: [[{ do: 'begin' }, { do: 'silence' }]] },
    })
    const { hostler } = world
    const run = await hostler.runs.submit({ key: 'k', prompt: 'p' })
    await waitForEvent(hostler, run.sessionId, ({ type }) => type === 'init')
    await Promise.all([hostler.runs.cancel(run.id), hostler.runs.cancel(run.id)])
    expect(await world.ended(run)).toMatchObject(cancelled)
    await expect(hostler.runs.cancel(run.id)).rejects.toMatchObject({ code: 'run_ended' })
    const ends = (await world.events(run.sessionId)).filter(({ type }) => type === 'run_ended')
    expect(ends).toHaveLength(1)
    const cancels = (await world.events(run.sessionId)).filter(
      ({ type }) => type === 'run_cancelling',
    )
    expect(cancels).toHaveLength(1)
  })
})

test('an interrupted turn ends as cancelled; its agent stays for the next run, and it can be retried', async () => {
  await using world = await startTestService({
    script: [
      text('never', { hold: 'never' }),
      text('re next', { when: { lastUserText: 'next' } }),
      text('re again'),
    ],
  })
  const { hostler, model } = world
  const run = await hostler.runs.submit({ key: 'k', prompt: 'once more' })
  await model.waitForRequest()
  await hostler.runs.interrupt(run.id)
  const ended = await world.ended(run)
  expect(ended).toMatchObject(cancelled)
  const next = await hostler.runs.submit({ key: 'k', prompt: 'next' })
  const again = await hostler.runs.retry(run.id)
  expect(again).toMatchObject({ prompt: 'once more', retryOf: run.id })
  const [done, retried] = [await world.ended(next), await world.ended(again)]
  expect([done.text, retried.text]).toEqual(['re next', 're again'])
  expect(done.attempts[0]?.agentId).toBe(ended.attempts[0]?.agentId)
  await expect(hostler.runs.interrupt(run.id)).rejects.toMatchObject({ code: 'run_not_running' })
})
