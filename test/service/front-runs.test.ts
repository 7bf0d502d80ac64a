import { expect, test } from 'vitest'
import { toStoredLog } from '../../src/service/logs/stored-log.ts'
import { appendChunk } from '../../src/store/chunks/chunks.ts'
import type { BusMessage } from '../../src/store/bus.ts'
import type { Store } from '../../src/store/store.ts'
import { openTestFront } from '../support/fronts.ts'
import { forEachDatabase } from '../support/stores.ts'
import { collect } from '../support/streams.ts'
import { takeTurn } from '../support/turns.ts'

/** The control messages from now on, and until the store is closed. */
function listenToControl(store: Store): BusMessage[] {
  const heard: BusMessage[] = []
  store.bus.subscribe((message) => {
    if (message.type === 'control') heard.push(message)
  })
  return heard
}

forEachDatabase((openTestDatabase) => {
  test('a queued run is cancelled in its place, and an ended one not at all', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler } = world
    const { runs } = hostler
    const one = await runs.submit({ key: 'k', prompt: 'x' })
    const two = await runs.submit({ key: 'k', prompt: 'y' })
    const user = hostler.as({ actor: 'token:1' })
    expect(await user.runs.cancel(one.id)).toMatchObject({
      state: 'cancelled',
      outcome: 'cancelled',
      ahead: null,
    })
    expect(await runs.get(two.id)).toMatchObject({ state: 'queued', ahead: 0 })
    await expect(runs.cancel(one.id)).rejects.toMatchObject({
      code: 'run_ended',
      message: `run ${one.id} has ended: it was cancelled`,
    })
    await expect(runs.cancel('nobody')).rejects.toMatchObject({ code: 'not_found' })
    await expect(runs.interrupt(two.id)).rejects.toMatchObject({ code: 'run_not_running' })
    expect((await hostler.audit()).items[0]).toMatchObject({
      actor: 'token:1',
      action: 'run.cancel',
      subjectId: one.id,
    })
  })

  test('a running run is asked to end, once, and its holder is told', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const { id } = await hostler.runs.submit({ key: 'k', prompt: 'x' })
    const turn = await takeTurn(store)
    const heard = listenToControl(store)
    const asked = await hostler.runs.cancel(id)
    expect(asked).toMatchObject({ state: 'running', cancelRequestedAt: expect.any(Number) })
    expect(heard).toEqual([{ type: 'control', sessionId: turn.session.id }])
    expect(await hostler.runs.cancel(id)).toEqual(asked)
    expect((await hostler.audit()).items.filter((one) => one.action === 'run.cancel')).toHaveLength(
      1,
    )
    await turn.settle({
      kind: 'end',
      state: 'cancelled',
      outcome: 'cancelled',
      text: '',
      error: null,
    })
    expect(await hostler.runs.get(id)).toMatchObject({ state: 'cancelled' })
  })

  test('an interrupt is for the turn under way; a parked run, which has none, is cancelled', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const { id } = await hostler.runs.submit({ key: 'k', prompt: 'x' })
    const turn = await takeTurn(store)
    const heard = listenToControl(store)
    expect(await hostler.runs.interrupt(id)).toMatchObject({
      state: 'running',
      cancelRequestedAt: null,
    })
    const { interrupt_requested_at: at } = await store.db
      .selectFrom('runs')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(at).toEqual(expect.any(Number))
    expect(heard).toHaveLength(1)
    await turn.settle({ kind: 'wait', on: 'time', until: Date.now() + 3_600_000, reason: 'limit' })
    expect(await hostler.runs.get(id)).toMatchObject({
      state: 'waiting',
      waiting: { on: 'time', reason: 'limit' },
    })
    expect(await hostler.runs.interrupt(id)).toMatchObject({ state: 'cancelled' })
  })

  test.each(['interrupt', 'steer', 'queue'] as const)(
    'onBusy: %s does so with the turn under way, and leaves an idle session alone',
    async (onBusy) => {
      await using world = await openTestFront(openTestDatabase)
      const { hostler, store } = world
      const heard = listenToControl(store)
      const first = await hostler.runs.submit({ key: 'k', prompt: 'x', onBusy })
      expect(heard).toEqual([])
      await takeTurn(store)
      await hostler.runs.submit({ key: 'k', prompt: 'later', onBusy, delayMs: 60_000 })
      expect(heard).toEqual([])
      expect(await hostler.runs.submit({ key: 'k', prompt: 'y', onBusy })).toMatchObject({
        state: 'queued',
        onBusy,
      })
      expect(heard).toHaveLength(onBusy === 'queue' ? 0 : 1)
      const row = await store.db
        .selectFrom('runs')
        .selectAll()
        .where('id', '=', first.id)
        .executeTakeFirstOrThrow()
      expect(row.state).toBe('running')
      expect(row.interrupt_requested_at !== null).toBe(onBusy === 'interrupt')
    },
  )

  test('onBusy is the submission’s, or the session’s, or the profile’s', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler } = world
    await hostler.sessions.create({ key: 'a', profile: 'reviewer' })
    await hostler.sessions.create({ key: 'b', profile: 'reviewer', onBusy: 'interrupt' })
    const submit = async (key: string, onBusy?: 'queue'): Promise<string> =>
      (await hostler.runs.submit({ key, prompt: 'x', ...(onBusy ? { onBusy } : {}) })).onBusy
    expect(await submit('a')).toBe('steer')
    expect(await submit('b')).toBe('interrupt')
    expect(await submit('b', 'queue')).toBe('queue')
  })

  test('a retry is a run of its own with the same prompt, options and files', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const data = new TextEncoder().encode('hello')
    const first = await hostler.runs.submit({
      key: 'k',
      prompt: [{ type: 'text', text: 'look' }],
      attachments: [{ name: 'a.txt', mediaType: 'text/plain', data }],
      options: { maxTurns: 2 },
      labels: { a: 'b' },
      priority: 5,
      idempotencyKey: 'i',
    })
    await expect(hostler.runs.retry(first.id)).rejects.toMatchObject({ code: 'run_not_ended' })
    await (await takeTurn(store)).succeed()
    const again = await hostler.runs.retry(first.id)
    expect(again).toMatchObject({
      sessionId: first.sessionId,
      ordinal: 2,
      state: 'queued',
      prompt: first.prompt,
      options: first.options,
      labels: first.labels,
      priority: 5,
      retryOf: first.id,
      idempotencyKey: null,
    })
    const rows = await store.db.selectFrom('runs').select('prompt_id').execute()
    expect(new Set(rows.map((row) => row.prompt_id)).size).toBe(2)
    const files = await store.db.selectFrom('attachments').selectAll().orderBy('id').execute()
    expect(files.map((file) => file.run_id)).toEqual([first.id, again.id])
    const chunks = await store.db.selectFrom('chunks').selectAll().orderBy('owner_id').execute()
    expect(chunks.map((chunk) => chunk.owner_id)).toEqual(files.map((file) => file.id))
    expect(chunks[1]?.data).toEqual(chunks[0]?.data)
  })

  test('whoever waits is told of the end, also by another process, or when time is over', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const { id } = await hostler.runs.submit({ key: 'k', prompt: 'x' })
    expect(await hostler.runs.wait(id, { timeoutMs: 1 })).toMatchObject({ state: 'queued' })
    const turn = await takeTurn(store)
    const { hostler: other } = await world.another()
    const waiting = [hostler.runs.wait(id), other.runs.wait(id, { timeoutMs: 60_000 })]
    const abort = new AbortController()
    const aborted = hostler.runs.wait(id, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    await turn.succeed('the reply')
    for (const run of await Promise.all(waiting)) {
      expect(run).toMatchObject({
        state: 'succeeded',
        outcome: 'ok',
        text: 'the reply',
        costUsd: 1.5,
        attempts: [{ number: 1, outcome: 'ok', costUsd: 1.5, log: { from: 0, to: 100 } }],
      })
    }
    expect(await hostler.runs.attempts(id)).toMatchObject([{ number: 1, agentId: turn.agentId }])
    expect(await hostler.runs.wait(id)).toMatchObject({ state: 'succeeded' })
    await expect(hostler.runs.wait('nobody')).rejects.toMatchObject({ code: 'not_found' })
    await expect(hostler.runs.wait(id, { timeoutMs: -1 })).rejects.toMatchObject({
      code: 'invalid_input',
      params: { field: 'timeoutMs' },
    })
  })

  test('the log of an attempt is its part of what its agent said', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const { id } = await hostler.runs.submit({ key: 'k', prompt: 'x' })
    const read = async (options: { from?: number; to?: number } = {}): Promise<unknown> => {
      const { bytes, ...rest } = await hostler.runs.log(id, options)
      const parts = collect(bytes)
      await parts.ended
      return { text: Buffer.concat(parts.items).toString(), ...rest }
    }
    expect(await read()).toEqual({ text: '', from: 0, to: 0, total: 0 })
    const turn = await takeTurn(store)
    const bytes = Buffer.from('0123456789'.repeat(12))
    await appendChunk(store, { ...toStoredLog(turn.agentId), offset: 0, bytes })
    expect(await read()).toMatchObject({ total: 120 })
    // The test's attempts end at 100.
    await turn.succeed()
    expect(await read()).toEqual({ text: '0123456789'.repeat(10), from: 0, to: 100, total: 100 })
    expect(await read({ from: 8, to: 12 })).toEqual({ text: '8901', from: 8, to: 12, total: 100 })
    expect(await read({ from: 98, to: 110 })).toMatchObject({ text: '89', to: 100 })
    expect(await read({ from: 500 })).toMatchObject({ text: '', from: 100, to: 100, total: 100 })
    await expect(hostler.runs.log(id, { from: 3, to: 2 })).rejects.toMatchObject({
      code: 'invalid_input',
      params: { field: 'to' },
    })
    await expect(hostler.runs.log(id, { attempt: 2 })).rejects.toMatchObject({ code: 'not_found' })
  })

  test('archiving asks for the end of the turn under way, and drops what is queued', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const one = await hostler.runs.submit({ key: 'k', prompt: 'x' })
    const two = await hostler.runs.submit({ key: 'k', prompt: 'y' })
    const turn = await takeTurn(store)
    expect(await hostler.sessions.archive('key:k')).toMatchObject({
      state: 'archived',
      currentRun: { id: one.id, state: 'running' },
      queuedRuns: 0,
    })
    expect(await hostler.runs.get(two.id)).toMatchObject({ state: 'cancelled' })
    await expect(hostler.sessions.delete('key:k')).rejects.toMatchObject({ code: 'run_not_ended' })
    await turn.settle({
      kind: 'end',
      state: 'cancelled',
      outcome: 'cancelled',
      text: '',
      error: null,
    })
    await hostler.sessions.delete('key:k')
    expect((await hostler.runs.list()).items).toEqual([])
  })
})
