import { expect, test } from 'vitest'
import { insertAttachment } from '../../src/store/attachments.ts'
import { appendChunk } from '../../src/store/chunks/chunks.ts'
import { appendInTx } from '../../src/store/events/append-in-tx.ts'
import { checkStore } from '../../src/store/maintenance/check-store.ts'
import { countRows } from '../../src/store/maintenance/table-names.ts'
import { deleteSession } from '../../src/store/sessions/delete-session.ts'
import { getSession } from '../../src/store/sessions/get-session.ts'
import type { Store } from '../../src/store/store.ts'
import type { SessionRow } from '../../src/store/tables.ts'
import { listAudit, recordAudit } from '../../src/store/audit.ts'
import { readChanges } from '../../src/store/changes.ts'
import {
  claimDeliveries,
  enqueueDelivery,
  listDeliveries,
  nextDeliveryAt,
  resendDelivery,
  settleDelivery,
} from '../../src/store/outbox.ts'
import {
  closeRequest,
  expiredRequests,
  findByControlId,
  insertRequests,
  listRequests,
  openRequestsOf,
  type NewRequest,
} from '../../src/store/requests.ts'
import { markDelivered, undeliveredAnswers } from '../../src/store/request-answers.ts'
import {
  costSince,
  countOpenRequests,
  countOpenRuns,
  countOutcomes,
} from '../../src/store/summaries.ts'
import { findTokenByHash, insertToken, revokeToken, touchToken } from '../../src/store/tokens.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'
import { addRun } from '../support/stored-runs.ts'
import { addAgent, addSession } from '../support/stored-sessions.ts'
import { forEachDatabase } from '../support/stores.ts'
import { waitFor } from '../support/wait-for.ts'

forEachDatabase((openTestDatabase) => {
  test('a request is closed once, whoever tries, and its answer waits to be delivered', async () => {
    await using database = await openTestDatabase()
    const [one, other] = [await database.openStore(), await database.openStore()]
    const { id: sessionId } = await addSession(one)
    const request = newRequest({ expires_at: 1, session_id: sessionId })
    await one.transact((tx) => insertRequests(tx, [request]))
    expect(await openRequestsOf(one, request.run_id)).toMatchObject([{ id: request.id }])
    expect(await expiredRequests(one, { limit: 5 })).toHaveLength(1)
    expect(await findByControlId(one, 'agent', 'control')).toMatchObject({ id: request.id })
    const ends = await Promise.all(
      [one, other, one, other].map((store, index) =>
        store.transact((tx) =>
          closeRequest(tx, request.id, { state: 'answered', answer: { index }, by: `${index}` }),
        ),
      ),
    )
    expect(ends.filter((end) => end === 'closed')).toHaveLength(1)
    const [answer] = await undeliveredAnswers(one, request.session_id)
    expect(answer).toMatchObject({
      state: 'answered',
      answer: JSON.stringify({ index: ends.indexOf('closed') }),
      answered_by: `${ends.indexOf('closed')}`,
    })
    await one.transact((tx) => markDelivered(tx, request.id))
    expect(await undeliveredAnswers(one, request.session_id)).toEqual([])
    expect((await listRequests(one, { state: 'open' })).items).toEqual([])
    // Whatever else the server has under way holds up the feed.
    const changes = await waitFor(async () => {
      const read = await readChanges(one, { after: null, limit: 10 })
      return read.length === 2 ? read : null
    })
    expect(changes.map(({ data }) => data['state'])).toEqual(['open', 'answered'])
  })

  test('deliveries of a lane go out one after the other, each to one process', async () => {
    await using database = await openTestDatabase()
    const [one, other] = [await database.openStore(), await database.openStore()]
    const enqueue = (lane: string, kind: string): Promise<{ id: string }> =>
      one.transact((tx) => enqueueDelivery(tx, { channel: 'webhook:w', lane, kind, payload: {} }))
    const first = await enqueue('a', 'first')
    const second = await enqueue('a', 'second')
    const third = await enqueue('b', 'third')
    const lease = { channel: 'webhook:w', leaseMs: 60_000, limit: 10 }
    const claims = await Promise.all([
      claimDeliveries(one, { ...lease, owner: 'one' }),
      claimDeliveries(other, { ...lease, owner: 'other' }),
    ])
    const claimed = claims.flat()
    expect(claimed.map(({ id }) => id).toSorted()).toEqual([first.id, third.id].toSorted())
    expect(await claimDeliveries(one, { ...lease, channel: 'webhook:x', owner: 'one' })).toEqual([])
    const owner = claimed.find(({ id }) => id === first.id)?.owner ?? ''
    expect(
      await settleDelivery(one, { id: first.id, owner: 'nobody' }, { state: 'delivered' }),
    ).toBe(false)
    expect(
      await settleDelivery(one, { id: first.id, owner }, { state: 'dead', error: '410' }),
    ).toBe(true)
    expect(await claimDeliveries(one, { ...lease, owner })).toMatchObject([{ id: second.id }])
    expect((await listDeliveries(one, { state: 'dead' })).items).toMatchObject([
      { id: first.id, attempts: 1, last_error: '410', owner: null },
    ])
    await one.transact((tx) => resendDelivery(tx, first.id))
    expect(await claimDeliveries(one, { ...lease, owner })).toMatchObject([{ id: first.id }])
  })

  test('a delivery is tried again when its time has come, or when its lease has run out', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const { id } = await store.transact((tx) =>
      enqueueDelivery(tx, { channel: 'webhook:w', lane: 'a', kind: 'k', payload: {} }),
    )
    const lease = { owner: 'one', channel: 'webhook:w', limit: 10 }
    expect(await claimDeliveries(store, { ...lease, leaseMs: -1 })).toHaveLength(1)
    expect(
      await claimDeliveries(store, { ...lease, owner: 'other', leaseMs: 60_000 }),
    ).toHaveLength(1)
    const nextAt = Date.now() + 60_000
    const again = { state: 'pending', nextAt, error: '503' } as const
    expect(await settleDelivery(store, { id, owner: 'other' }, again)).toBe(true)
    expect(await claimDeliveries(store, { ...lease, leaseMs: 1 })).toEqual([])
    expect(await nextDeliveryAt(store, 'webhook:w')).toBe(nextAt)
    expect(await nextDeliveryAt(store, 'webhook:x')).toBeNull()
  })

  test('tokens are found by hash, noted as used, and revoked once', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const token = await store.transact((tx) =>
      insertToken(tx, {
        id: uuidV7(),
        label: 'l',
        hash: 'h',
        scopes: '["read"]',
        expires_at: null,
      }),
    )
    await touchToken(store, token)
    const used = await findTokenByHash(store, 'h')
    expect(used?.last_used_at).not.toBeNull()
    expect(await findTokenByHash(store, 'other')).toBeNull()
    const revoked = await store.transact((tx) => revokeToken(tx, token.id))
    expect(revoked?.revoked_at).not.toBeNull()
    expect(await store.transact((tx) => revokeToken(tx, token.id))).toEqual(revoked)
    expect(await store.transact((tx) => revokeToken(tx, 'none'))).toBeNull()
  })

  test('a session is deleted with all that is its, and nothing else', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const kept = await fillSession(store)
    const counts = await countRows(store)
    const gone = await fillSession(store)
    const fork = await addSession(store, { parent_id: gone.id })
    await store.transact((tx) => deleteSession(tx, gone.id))
    expect(await getSession(store, fork.id)).toMatchObject({ parent_id: null })
    await store.transact((tx) => deleteSession(tx, fork.id))
    const { changes: _, ...left } = await countRows(store)
    const { changes: __, ...before } = counts
    expect(left).toEqual(before)
    expect((await checkStore(store)).findings).toEqual([])
    expect(await getSession(store, kept.id)).not.toBeNull()
  })

  test('audit is newest first', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    await store.transact((tx) =>
      recordAudit(tx, { actor: 'local', action: 'token.create', subjectId: 't', detail: { a: 1 } }),
    )
    const { items, next } = await listAudit(store)
    expect(items).toMatchObject([{ actor: 'local', action: 'token.create', detail: '{"a":1}' }])
    expect(next).toBeNull()
  })

  test('summaries count what is open, what has ended, and what it cost', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const sessions = [await addSession(store), await addSession(store), await addSession(store)]
    const [one, other, third] = sessions
    if (one === undefined || other === undefined || third === undefined) throw new Error('3')
    await addRun(store, one, { state: 'running' })
    await addRun(store, one)
    await addRun(store, other, { state: 'waiting', waiting_on: 'human' })
    await addRun(store, third, { state: 'waiting', waiting_on: 'time' })
    await addRun(store, other, { state: 'failed', outcome: 'timeout', ended_at: 5_000 })
    await addRun(store, other, { state: 'failed', outcome: 'timeout', ended_at: 500 })
    await store.transact((tx) => insertRequests(tx, [newRequest({})]))
    expect(await countOpenRuns(store)).toEqual({
      queued: 1,
      running: 1,
      waiting: { human: 1, children: 0, time: 1 },
    })
    expect(await countOutcomes(store, 1_000)).toEqual({ timeout: 1 })
    expect(await costSince(store, 0)).toBe(0)
    expect(await countOpenRequests(store)).toBe(1)
  })
})

/** A session with a row of each kind that belongs to it. */
async function fillSession(store: Store): Promise<SessionRow> {
  const session = await addSession(store)
  const run = await addRun(store, session, { state: 'running' })
  const agentId = await addAgent(store, session.id)
  await store.transact(async (tx) => {
    await tx.db.updateTable('sessions').set({ ready_at: 1 }).where('id', '=', session.id).execute()
    await appendInTx(tx, session.id, { runId: run.id, events: [{ type: 'session_archived' }] })
    await insertRequests(tx, [newRequest({ session_id: session.id, run_id: run.id })])
    const attachment = {
      id: uuidV7(),
      run_id: run.id,
      name: 'n',
      media_type: 't/t',
      bytes: 1,
      created_at: 0,
    }
    await insertAttachment(tx, attachment)
    const file = { name: '', offset: 0, bytes: Buffer.from('x') }
    await appendChunk(tx, { ...file, kind: 'log', ownerId: agentId })
    await appendChunk(tx, { ...file, kind: 'attachment', ownerId: attachment.id })
    await appendChunk(tx, { ...file, kind: 'transcript', ownerId: session.id })
    await appendChunk(tx, { ...file, kind: 'bundle', ownerId: session.id })
  })
  return session
}

function newRequest(given: Partial<NewRequest>): NewRequest {
  return {
    id: uuidV7(),
    control_id: 'control',
    session_id: uuidV7(),
    run_id: uuidV7(),
    attempt_id: null,
    agent_id: 'agent',
    kind: 'permission',
    data: '{}',
    expires_at: null,
    ...given,
  }
}
