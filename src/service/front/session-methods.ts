import type { Hostler } from '../contract/hostler.ts'
import { archiveSession } from './archive-session.ts'
import { configureSession } from './configure-session.ts'
import { createSession } from './create-session.ts'
import { findSession } from './find-session.ts'
import { followSession } from './follow-session.ts'
import { forkSession } from './fork-session.ts'
import type { Front } from './front.ts'
import { findSessions } from './list-sessions.ts'
import { readSession } from './read-sessions.ts'
import { removeSession } from './remove-session.ts'

/** What can be done with sessions. */
export function sessionMethods(front: Front): Hostler['sessions'] {
  const { context } = front
  return {
    create: (session, options) => createSession(front, session, options),
    get: async (id, { signal } = {}) => {
      signal?.throwIfAborted()
      const row = await findSession(context.store, id)
      return await readSession(context, row, { reader: context.store })
    },
    list: (filter = {}, page = {}) => findSessions(front, filter, page),
    configure: (id, input, options) => configureSession(front, id, { input, ...options }),
    fork: (id, input = {}, options = {}) => forkSession(front, id, { input, ...options }),
    archive: (id, options) => archiveSession(front, id, options),
    delete: (id, options) => removeSession(front, id, options),
    events: (id, options) => followSession(front, id, options),
  }
}
