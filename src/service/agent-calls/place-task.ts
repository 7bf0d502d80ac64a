import { hostlerError } from '../../errors.ts'
import type { NewSessionRow } from '../../store/sessions/insert-session.ts'
import type { RunRow, SessionRow } from '../../store/tables.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'
import { findProfile } from '../configuration/find-profile.ts'
import type { NewTask } from '../contract/agent-calls.ts'
import type { Profile, ProfileOptions } from '../contract/profile.ts'
import type { WorkspaceSource } from '../contract/session.ts'
import { overridesOf } from '../worker/overrides-of.ts'
import { resolveWorkspace } from '../workspaces/resolve-workspace.ts'
import { actorOf, type Calling, type CallingRun } from './calling-run.ts'

/** The session of a task: where its parent works, with no more rights. @throws task_refused */
export async function placeTask(
  calling: Calling,
  { run, session }: CallingRun,
  task: NewTask,
): Promise<NewSessionRow> {
  const { context } = calling
  const own = findProfile(context, session.profile)
  const profile = profileOf(calling, own, task)
  const { roots } = context.configuration().workspaces
  const { workspace } = own
  const resolved = await resolveWorkspace(sourceOf(session), {
    roots,
    // It may go where its parent may.
    profile: {
      ...(workspace === undefined ? {} : { workspace }),
      shareWorkspace: profile.shareWorkspace === true,
    },
  })
  return {
    id: uuidV7(),
    key: null,
    title: task.title,
    profile: profile.name,
    workspace: JSON.stringify(resolved.source),
    workspace_lock: resolved.lock,
    options: JSON.stringify(inherited({ run, session }, { isSameProfile: profile === own })),
    labels: session.labels,
    on_busy: null,
    pool: profile.pool ?? 'default',
  }
}

function profileOf(calling: Calling, own: Profile, { profile }: NewTask): Profile {
  if (profile === undefined || profile === own.name) return own
  const allowed = own.childProfiles ?? []
  if (allowed.includes(profile)) return findProfile(calling.context, profile)
  throw hostlerError('task_refused', {
    problem: `${actorOf(calling)} may not use the profile "${profile.slice(0, 100)}"`,
    cure: `use ${[own.name, ...allowed].map((name) => `"${name}"`).join(' or ')}`,
  })
}

// Two sessions cannot commit to one branch: each task has one of its own.
function sourceOf({ workspace }: Pick<SessionRow, 'workspace'>): WorkspaceSource {
  const source: WorkspaceSource = JSON.parse(workspace)
  if ('path' in source) return source
  const { git, ref } = source
  return { git, ...(ref === undefined ? {} : { ref }) }
}

const limits = ['maxTurns', 'maxBudgetUsd', 'timeoutMs'] as const
const character = ['model', 'fallbackModel', 'effort'] as const

/** What its parent has less of than its profile, a task has not more of. */
function inherited(
  { run, session }: { run: RunRow; session: SessionRow },
  { isSameProfile }: { isSameProfile: boolean },
): ProfileOptions {
  const given = overridesOf(session, run)
  const names = isSameProfile ? [...limits, ...character] : limits
  return Object.fromEntries(names.flatMap((name) => (name in given ? [[name, given[name]]] : [])))
}
