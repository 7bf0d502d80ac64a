import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { wasSessionDeleted } from '../../store/audit.ts'
import { getSession } from '../../store/sessions/get-session.ts'
import { toError } from '../../util/to-error.ts'
import { removeDeletedWork } from '../workspaces/remove-deleted-work.ts'
import { removeWorkspace } from '../workspaces/remove-workspace.ts'
import { findProfile } from '../configuration/find-profile.ts'
import type { Worker } from './worker-parts.ts'

type Tidying = Pick<Worker, 'context' | 'serves'>

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Removes the git workspace that an archived or deleted session has on this machine, wherever it went on
 * afterwards. Never throws: what stays is said, and looked at again at the next start.
 */
export async function tidyWorkspace(
  { context, serves }: Tidying,
  sessionId: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const { store, log } = context
  if (!existsSync(join(workspacesOf(context), sessionId))) return
  try {
    const session = await getSession(store, sessionId)
    if (session === null) {
      // A folder of another database must not go because this one does not know its session.
      if (await wasSessionDeleted(store, sessionId)) {
        await removeDeletedWork(context, sessionId, { signal })
      }
    } else if (session.state === 'archived' && !serves.has(sessionId)) {
      const profile = findProfile(context, session.profile)
      const { warning } = await removeWorkspace(context, session, profile, { signal })
      if (warning !== null) log.warn({ sessionId }, warning)
    }
  } catch (error) {
    if (signal?.aborted === true) return
    log.warn({ sessionId, err: toError(error) }, 'the workspace of an archived session stays')
  }
}

/** The same for all that ended while this worker was not there to hear of it. Returns what stops it. */
export function startTidying(worker: Tidying): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping

  async function tidyAll(): Promise<void> {
    const names = await readdir(workspacesOf(worker.context)).catch(() => [])
    for (const name of names.filter((one) => uuid.test(one))) {
      if (signal.aborted) return
      await tidyWorkspace(worker, name, { signal })
    }
  }

  const tidying = tidyAll()
  return {
    async stop() {
      stopping.abort()
      await tidying
    },
  }
}

function workspacesOf({ configuration }: Worker['context']): string {
  return join(configuration().dataDir, 'workspaces')
}
