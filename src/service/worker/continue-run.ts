import { hostlerError } from '../../errors.ts'
import { untoldOf } from '../../store/request-answers.ts'
import { endedChildrenOf } from '../../store/runs/ended-children.ts'
import type { AttemptRow, RunRow } from '../../store/tables.ts'
import type { ServiceContext } from '../context.ts'
import type { Profile } from '../contract/profile.ts'
import { continuationText } from './continuation-text.ts'

/** What a run that was parked goes on with, and the requests whose answers are told in it. */
export type Continuation = { prompt: string; told: readonly string[] }

/**
 * The prompt for a run that waited without an agent: what has been answered, and which tasks have ended
 * since. Null for one that did not wait so: it goes on with the prompt that it has.
 * @throws request_expired where the profile says that the run ends with it
 */
export async function continueRun(
  { store }: Pick<ServiceContext, 'store'>,
  run: Pick<RunRow, 'id' | 'continuation'>,
  { former, profile }: { former: readonly AttemptRow[]; profile: Profile },
): Promise<Continuation | null> {
  const last = former.at(-1)
  if (run.continuation !== '' || last === undefined) return null
  const requests = await untoldOf(store, run.id)
  const expired = requests.find(({ state }) => state === 'expired')
  if (expired !== undefined && profile.onRequestExpiry === 'stop') {
    throw hostlerError('request_expired', { kind: expired.kind, id: expired.id })
  }
  const tasks = await endedChildrenOf(store, { runId: run.id, since: last.started_at })
  const prompt = continuationText(requests, tasks, { wasCut: last.outcome !== 'ok' })
  return { prompt, told: requests.map(({ id }) => id) }
}
