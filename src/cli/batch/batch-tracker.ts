import type { Run } from '../../client/index.ts'
import type { RunState } from '../../events/session-event.ts'

/** Where the runs of a batch stand. */
export type BatchCounts = {
  all: number
  submitted: number
  running: number
  succeeded: number
  failed: number
  cancelled: number
}

export type BatchTracker = {
  /** An entry has its run. */
  add(run: Pick<Run, 'id' | 'state'>, label: string): void
  /** A run is in this state now; it need not be one of the batch. */
  note(runId: string, state: RunState): void
  counts(): BatchCounts
  /** How many have been submitted and not ended. */
  open(): number
  /** Resolves when fewer than so many are open. */
  fewerThan(limit: number, signal: AbortSignal): Promise<void>
}

const ends: readonly RunState[] = ['succeeded', 'failed', 'cancelled']

/** Counts the runs of a batch by what is told of them, in whatever order. */
export function createBatchTracker(
  all: number,
  onEnded: (ended: { id: string; label: string; state: RunState }) => void,
): BatchTracker {
  // Of a run that is quicker than the answer to its submission the end is heard first.
  const states = new Map<string, RunState>()
  const labels = new Map<string, string>()
  let open = 0
  let changed = Promise.withResolvers<void>()

  function settle(id: string, state: RunState): void {
    const label = labels.get(id)
    if (label === undefined || !ends.includes(state)) return
    open--
    onEnded({ id, label, state })
    changed.resolve()
    changed = Promise.withResolvers()
  }

  return {
    add({ id, state }, label) {
      if (labels.has(id)) return
      labels.set(id, label)
      open++
      const known = states.get(id)
      const now = known !== undefined && ends.includes(known) ? known : state
      states.set(id, now)
      settle(id, now)
    },
    note(id, state) {
      const before = states.get(id)
      // A feed that is read anew tells of the past.
      if (before !== undefined && ends.includes(before)) return
      states.set(id, state)
      settle(id, state)
    },
    counts() {
      const found = [...labels.keys()].map((id) => states.get(id))
      const of = (...wanted: RunState[]): number =>
        found.filter((state) => state !== undefined && wanted.includes(state)).length
      return {
        all,
        submitted: labels.size,
        running: of('running', 'waiting'),
        succeeded: of('succeeded'),
        failed: of('failed'),
        cancelled: of('cancelled'),
      }
    },
    open: () => open,
    async fewerThan(limit, signal) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const leave = (): void => resolve()
      signal.addEventListener('abort', leave, { once: true })
      try {
        while (open >= limit && !signal.aborted) await Promise.race([changed.promise, promise])
      } finally {
        signal.removeEventListener('abort', leave)
      }
    },
  }
}
