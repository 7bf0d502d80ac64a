import type { AgentEvent, DeltaEvent } from '../../events/agent-event.ts'
import type { TurnResult } from '../../events/turn-result.ts'
import type { Turn } from '../../agent/index.ts'
import type { Serve, Worker } from './worker-parts.ts'
import type { RequestDesk } from './request-desk.ts'

type Storable = Exclude<AgentEvent, DeltaEvent>

/** Appends under way: with more of them, reading waits. The agent does not: its log is a file. */
const mostPending = 2_000

/** Up to where the session's log has an agent's events: an offset, and how many of that line. */
export type EventMark = { offset: number; atOffset: number }

/**
 * Writes what happens in a turn into its session's log, from `mark` on, until it is over. Events that
 * grow a block are only published, and never before those stored ones that come before them.
 */
export async function recordTurn(
  worker: Worker,
  serve: Serve,
  options: { turn: Turn; agentId: string; mark: EventMark; desk: RequestDesk },
): Promise<TurnResult> {
  const { turn, agentId, desk } = options
  const { session, run, lease } = serve
  const mark = { ...options.mark }
  let skip = mark.atOffset
  let pending = 0
  let held: DeltaEvent[] = []

  function publish(events: DeltaEvent[]): void {
    const at = Date.now()
    worker.outlet.publish(
      session.id,
      events.map((event) => ({ ...event, seq: null, at, sessionId: session.id, runId: run.id })),
    )
  }

  function onStored(): void {
    pending -= 1
    if (pending > 0 || held.length === 0) return
    publish(held)
    held = []
  }

  /** What a former supervisor has stored comes again when the log is read again. */
  function isKnown(event: AgentEvent): boolean {
    if (event.offset > mark.offset) return false
    if (event.offset < mark.offset) return true
    skip -= 1
    return skip >= 0
  }

  function append(event: Storable): void {
    const isOfLog = isFromLog(event)
    if (isOfLog) {
      if (isKnown(event)) return
      mark.atOffset = event.offset === mark.offset ? mark.atOffset + 1 : 1
      mark.offset = event.offset
    }
    const { stored, requests, deliveries } = desk.toStored(event)
    if (stored === null) return
    pending += 1
    void settle(
      event,
      worker.writer.append({
        lease,
        runId: run.id,
        events: [stored],
        ...(isOfLog ? { agentMark: { agentId, ...mark } } : {}),
        requests,
        deliveries,
      }),
    )
  }

  async function settle(event: Storable, appended: Promise<void>): Promise<void> {
    const heardAt = performance.now()
    try {
      await appended
    } catch {
      // The writer has told why: the lease is lost, and all of this ends, or this entry cannot be kept.
      onStored()
      return
    }
    onStored()
    worker.context.observer.eventStored({ lagMs: performance.now() - heardAt })
    desk.onStored(event)
  }

  for await (const event of turn) {
    if (serve.letGo.signal.aborted) break
    serve.trace.hear(event)
    if (event.type === 'request_opened') await desk.consider(event)
    if (!isDelta(event)) append(event)
    else if (isKnownDelta(event, mark)) continue
    else if (pending > 0) held.push(event)
    else publish([event])
    if (pending >= mostPending) await worker.writer.flush(session.id)
  }
  const result = await turn.result
  if (!serve.letGo.signal.aborted) await worker.writer.flush(session.id)
  return result
}

const deltaTypes: ReadonlySet<string> = new Set<DeltaEvent['type']>([
  'text_delta',
  'thinking_delta',
  'tool_input_delta',
  'reply_tokens',
])

function isDelta(event: AgentEvent): event is DeltaEvent {
  return deltaTypes.has(event.type)
}

function isKnownDelta(event: DeltaEvent, mark: EventMark): boolean {
  return event.offset < mark.offset
}

/** Whether reading the log again gives this event again. */
function isFromLog(event: AgentEvent): boolean {
  if (event.type === 'request_closed') return false
  return event.type !== 'notice' || event.code === 'output_limit'
}
