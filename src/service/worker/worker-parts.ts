import type { Agent, VersionCache } from '../../agent/index.ts'
import type { EventWriter } from '../../store/events/event-writer.ts'
import type { RunRow, SessionRow } from '../../store/tables.ts'
import type { Lease } from '../../store/queue/lease.ts'
import type { ServiceContext } from '../context.ts'
import type { TransientOutlet } from '../stream/transient-outlet.ts'
import type { AgentPool } from './agent-pool.ts'
import type { RunTrace } from './trace-run.ts'

/** Why a worker lets go of a run before its end: another has it, or the agent is to go on alone. */
export type LettingGo = 'lease_lost' | 'leave'

/** Why a run gives up its agent and its slot, to go on with another agent later. */
export type Parking = { on: 'human' | 'children'; reason: string }

/** One leased session, from its claim until it is given back. */
export type Serve = {
  readonly session: SessionRow
  /** As it was claimed; from its attempt's beginning on with the continuation that it is sent. */
  run: RunRow
  readonly lease: Lease
  /** Aborted when the worker lets go of it; the reason is a {@link LettingGo}. */
  readonly letGo: AbortController
  /** Aborted when the run is cancelled, or its turn interrupted. */
  readonly cancel: AbortController
  /** Aborted when this worker must end its agent, and another one is to go on. */
  readonly handOver: AbortController
  /** Aborted when the run is to wait without its agent; the reason is a {@link Parking}. */
  readonly parking: AbortController
  agent: Agent | null
  /** Somebody has wanted something of the session meanwhile: it may be archived by now. */
  isWanted: boolean
  readonly trace: RunTrace
  /** Looks whether anybody wants something of this run: a cancel, an answer, an interrupt. */
  lookAtControl: () => Promise<void>
}

/** What everything in a worker works with. */
export type Worker = {
  readonly id: string
  readonly context: ServiceContext
  readonly writer: EventWriter
  readonly outlet: TransientOutlet
  readonly pool: AgentPool
  /** By session. */
  readonly serves: Map<string, Serve>
  readonly versions: VersionCache
  /** Something has happened that may let the next run start. */
  readonly wake: () => void
  /** Looks what a session wants that nobody serves now. Never throws. */
  readonly attend: (sessionId: string) => Promise<void>
}
