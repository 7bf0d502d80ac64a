import type { SessionEvent } from '../../events/session-event.ts'
import type { ServiceContext } from '../context.ts'
import type { Change } from '../contract/operations.ts'

/** A part of an agent's log. Default: from its beginning to its end as it is now, which is exclusive. */
export type LogRange = { agentId: string; from?: number; to?: number; signal?: AbortSignal }

/** Whoever changes something: in the name of a caller, or of a schedule. */
export type Acting = Pick<Front, 'context' | 'actor'>

/** What the front side of the service works with, and for whom. */
export type Front = {
  readonly context: ServiceContext
  /** Who calls: `token:<id>`, `local`, `agent:<run id>`, `chat:<platform>:<user>`. */
  readonly actor: string
  /** Of the program, for `status`. */
  readonly version: string
  readonly streams: {
    subscribe(
      sessionId: string,
      options: { after?: number; transient?: boolean; until?: 'now'; signal?: AbortSignal },
    ): AsyncIterable<SessionEvent>
  }
  readonly feed: {
    subscribe(options: {
      after?: string
      until?: 'now'
      signal?: AbortSignal
    }): AsyncIterable<Change>
  }
  /** The range is cut to what there is; `total` is the log's size. */
  readonly readLog: (
    range: LogRange,
  ) => Promise<{ bytes: AsyncIterable<Uint8Array>; from: number; to: number; total: number }>
}
