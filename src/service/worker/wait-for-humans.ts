import type { Agent } from '../../agent/index.ts'
import type { HumanRequest } from '../../events/human-request.ts'
import { holdRun } from '../../store/queue/hold-run.ts'
import { openCallsOf } from '../../store/request-answers.ts'
import { profileDefaults } from '../configuration/profile-defaults.ts'
import type { Profile } from '../contract/profile.ts'
import { watchLateness } from './park-when-late.ts'
import type { Serve, Worker } from './worker-parts.ts'

/** Sees whether a run waits for a human while its agent lives. */
export type HumanWait = {
  /** Something was asked, or answered. */
  look(): Promise<void>
  stop(): void
}

/** Lets a run be `waiting` for as long as anything is open that a human must answer, and then go on. */
export function watchHumanWait(
  { context: { store } }: Worker,
  serve: Serve,
  options: {
    agent: Agent
    profile: Profile
    isWaiting: boolean
    /** Whether nobody but a human can answer what the CLI asks under this id. */
    isForHumans: (controlId: string) => boolean
    later: (step: () => Promise<void>) => void
  },
): HumanWait {
  const { agent, profile, isForHumans, later } = options
  const { run, lease } = serve
  const { parkAfterMs = profileDefaults.parkAfterMs } = profile
  const lateness = watchLateness(store, serve, { parkAfterMs, later })
  let { isWaiting } = options
  if (isWaiting) later(() => lateness.look())

  async function look(): Promise<void> {
    const calls = offersCalls(profile) ? await openCallsOf(store, run.id) : []
    agent.awaitHuman(calls.length > 0)
    const asked = agent.requests.filter(({ id }) => isForHumans(id))
    const mustWait = asked.length > 0 || calls.length > 0
    if (mustWait === isWaiting) return
    isWaiting = mustWait
    const waiting = mustWait
      ? ({ on: 'human', until: null, reason: reasonOf([...asked, ...calls]) } as const)
      : null
    const told =
      waiting === null
        ? ({ type: 'run_continued' } as const)
        : ({ type: 'run_waiting', ...waiting } as const)
    try {
      await holdRun(store, lease, { runId: run.id, waiting, events: [told] })
      await lateness.look()
    } catch (error) {
      // Tried again when the database is back.
      isWaiting = !mustWait
      throw error
    }
  }

  return { look, stop: () => lateness.stop() }
}

/** Whether its agents can ask by tools of hostler's: those requests are in the store only. */
function offersCalls({ hostlerTools, runToken }: Profile): boolean {
  return hostlerTools?.includes('ask_human') === true || runToken === true
}

function reasonOf(requests: readonly Pick<HumanRequest, 'kind'>[]): string {
  const [first] = requests
  return first === undefined ? 'a request' : `${first.kind} request`
}
