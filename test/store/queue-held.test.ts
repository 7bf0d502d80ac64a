import { expect, test } from 'vitest'
import { wakeRunsOf } from '../../src/store/account-runs.ts'
import { nextReadyIn } from '../../src/store/queue/next-ready.ts'
import { releaseSession } from '../../src/store/queue/release-session.ts'
import {
  quarantineSession,
  releaseQuarantine,
} from '../../src/store/sessions/quarantine-session.ts'
import type { Store } from '../../src/store/store.ts'
import { forEachDatabase } from '../support/stores.ts'
import {
  addRun,
  addSession,
  begin,
  claim,
  claimOne,
  eventTypes,
  failed,
  readSession,
  settle,
  toLease,
} from './queue-harness.ts'

const heldProfiles = new Set(['held'])

forEachDatabase((openTestDatabase) => {
  async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
    await using database = await openTestDatabase()
    await work(await database.openStore())
  }

  test('of a held profile nothing begins, and what has an agent goes on', () =>
    withStore(async (store) => {
      const [begun, waits, free] = [
        await addSession(store, { profile: 'held' }),
        await addSession(store, { profile: 'held' }),
        await addSession(store),
      ]
      await addRun(store, begun)
      const one = await claimOne(store)
      await begin(store, one)
      await releaseSession(store, toLease(one))
      await addRun(store, waits)
      await addRun(store, free)
      const claims = await claim(store, { heldProfiles, limit: 9 })
      const ids = claims.map(({ session }) => session.id)
      expect(ids.toSorted()).toEqual([begun.id, free.id].toSorted())
      expect(await claim(store, { heldProfiles, limit: 9 })).toEqual([])
      // Nor does anybody look for it again and again.
      expect(await nextReadyIn(store, ['default'])).toBeNull()
      expect((await claimOne(store)).session.id).toBe(waits.id)
    }))

  test('in quarantine nothing begins, whatever is submitted, until it is let', () =>
    withStore(async (store) => {
      const session = await addSession(store)
      await addRun(store, session)
      await addRun(store, session)
      const one = await claimOne(store)
      expect(await quarantineSession(store, toLease(one), 'refused')).toBe(true)
      expect(await quarantineSession(store, toLease(one), 'refused')).toBe(false)
      await settle(store, one, failed)
      await addRun(store, session)
      expect(await readSession(store, session.id)).toMatchObject({
        ready_at: null,
        quarantine_reason: 'refused',
      })
      expect(await claim(store)).toEqual([])
      const release = (): Promise<boolean> =>
        store.transact((tx) => releaseQuarantine(tx, session.id, { by: 'local' }))
      expect(await release()).toBe(true)
      expect(await release()).toBe(false)
      expect((await claimOne(store)).run.ordinal).toBe(2)
      const types = await eventTypes(store, session.id)
      expect(types.filter((type) => type.startsWith('session_'))).toEqual([
        'session_quarantined',
        'session_released',
      ])
    }))

  test('what waits because of an account is woken with it, and nothing else', () =>
    withStore(async (store) => {
      const sessions = [await addSession(store), await addSession(store), await addSession(store)]
      const accounts = ['a', 'b', 'a']
      const outcomes = ['rate_limited', 'rate_limited', 'killed']
      const wait = { kind: 'wait', on: 'time', until: Date.now() + 3600_000, reason: 'r' } as const
      for (const [index, session] of sessions.entries()) {
        await addRun(store, session)
        const one = await claimOne(store)
        const { id } = await begin(store, one)
        const [account_id, outcome] = [accounts[index], outcomes[index]]
        await store.transact(async ({ db }) => {
          const change = { account_id, outcome, ended_at: 1 }
          await db.updateTable('attempts').set(change).where('id', '=', id).execute()
        })
        await settle(store, one, wait)
      }
      expect(await claim(store)).toEqual([])
      await store.transact((tx) => wakeRunsOf(tx, 'a'))
      const claims = await claim(store, { limit: 9 })
      expect(claims.map(({ session }) => session.id)).toEqual([sessions[0]?.id])
    }))
})
