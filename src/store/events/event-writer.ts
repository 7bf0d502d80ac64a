import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentEvent, DeltaEvent } from '../../events/agent-event.ts'
import type { PermissionDecided } from '../../events/session-event.ts'
import { hostlerError } from '../../errors.ts'
import { toError } from '../../util/to-error.ts'
import type { Lease } from '../queue/lease.ts'
import type { NewDelivery } from '../outbox.ts'
import type { NewRequest } from '../requests.ts'
import type { Store } from '../store.ts'
import { toEventRow, toLoggedEvent } from './event-rows.ts'
import { isPermanent } from './is-permanent.ts'
import { takeBatch } from './take-batch.ts'
import { writeBatch, type AgentMark, type BatchEntry, type BatchResult } from './write-batch.ts'

/** What the holder of a session's lease adds to its log. */
export type EventEntry = {
  lease: Lease
  runId: string | null
  events: readonly (Exclude<AgentEvent, DeltaEvent> | PermissionDecided)[]
  /** Where the agent's log has been read up to, with these events: moves with them or not at all. */
  agentMark?: AgentMark
  /** Opened with it: stored before anybody is told. */
  requests?: readonly NewRequest[]
  deliveries?: readonly NewDelivery[]
}

/** How an event writer is started. */
export type EventWriterOptions = {
  /** The least time between two commits; what comes meanwhile goes together. Default 20. */
  flushMs?: number
  /** Another worker has the session now: told once for each lease. */
  onLost: (lease: Lease) => void
  /** The database is in trouble; the entries are kept and tried again. */
  onError: (error: Error) => void
}

const firstRetryMs = 50
const lastRetryMs = 5_000

/** An entry that is neither stored nor refused yet. */
type OpenEntry = BatchEntry & {
  settled: Promise<void>
  resolve: () => void
  reject: (error: Error) => void
}

/** Starts the one writer of a worker's sessions' events: many appends, few commits. */
export function startEventWriter(store: Store, options: EventWriterOptions): EventWriter {
  return new EventWriter(store, options)
}

/** Takes events and resolves when they are durable. */
export class EventWriter implements AsyncDisposable {
  readonly #store: Store
  readonly #flushMs: number
  readonly #onLost: (lease: Lease) => void
  readonly #onError: (error: Error) => void
  readonly #closing = new AbortController()
  /** Whose loss was told: the fence by session. */
  readonly #toldLost = new Map<string, number>()
  #open: OpenEntry[] = []
  #writing: Promise<void> | null = null
  #lastStart = -Infinity
  #hurry = new AbortController()

  constructor(store: Store, { flushMs = 20, onLost, onError }: EventWriterOptions) {
    this.#store = store
    this.#flushMs = flushMs
    this.#onLost = onLost
    this.#onError = onError
  }

  /**
   * Queued; resolves when durable. Entries of one session keep their order.
   * @throws lease_lost, and not_accepting after the end
   */
  append(entry: EventEntry): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.reject(writerClosed())
    const { sessionId, fence } = entry.lease
    const place = { sessionId, runId: entry.runId, at: Date.now() }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#open.push({
      sessionId,
      fence,
      rows: entry.events.map((event) => toEventRow(toLoggedEvent(event), place)),
      agentMark: entry.agentMark ?? null,
      requests: entry.requests ?? [],
      deliveries: entry.deliveries ?? [],
      settled: promise,
      resolve,
      reject,
    })
    this.#wake()
    // The agent stands still until a human has heard of it.
    if ((entry.requests ?? []).length > 0) this.#hurry.abort()
    return promise
  }

  /** Resolves when what was appended so far, to one session or to all, is stored or refused. */
  async flush(sessionId?: string): Promise<void> {
    const mine = this.#open.filter((one) => sessionId === undefined || one.sessionId === sessionId)
    this.#hurry.abort()
    await Promise.allSettled(mine.map((one) => one.settled))
  }

  /** Stores what it has; while the database is in trouble, one more try and no longer. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    this.#hurry.abort()
    await this.#writing
  }

  #wake(): void {
    if (this.#writing !== null) return
    this.#writing = this.#writeAll().finally(() => {
      this.#writing = null
      if (this.#open.length > 0) this.#wake()
    })
  }

  async #writeAll(): Promise<void> {
    while (this.#open.length > 0) {
      await this.#pause(this.#lastStart + this.#flushMs - performance.now())
      this.#lastStart = performance.now()
      const batch = takeBatch(this.#open)
      await this.#write(batch)
      const done = new Set(batch)
      this.#open = this.#open.filter((one) => !done.has(one))
    }
  }

  /** Nothing is pending when it returns: each entry of the batch is stored or refused. */
  async #write(batch: readonly OpenEntry[]): Promise<void> {
    try {
      this.#settle(batch, await this.#tryUntilStored(batch))
    } catch (error) {
      if (batch.length === 1 || !isPermanent(error)) {
        for (const one of batch) one.reject(toError(error))
        this.#tell(() => this.#onError(toError(error)))
        return
      }
      // One entry that cannot be stored must not take the others with it.
      const half = Math.ceil(batch.length / 2)
      await this.#write(batch.slice(0, half))
      await this.#write(batch.slice(half))
    }
  }

  async #tryUntilStored(entries: readonly OpenEntry[]): Promise<BatchResult> {
    let former: BatchResult | null = null
    for (let delayMs = firstRetryMs; ; delayMs = Math.min(delayMs * 2, lastRetryMs)) {
      try {
        return await this.#store.transact(async (tx) => {
          former = await writeBatch(this.#store, tx, { entries, former })
          return former
        })
      } catch (error) {
        if (isPermanent(error) || this.#closing.signal.aborted) throw error
        this.#tell(() => this.#onError(toError(error)))
      }
      await this.#pause(randomInt(Math.ceil(delayMs / 2), delayMs + 1))
    }
  }

  #settle(batch: readonly OpenEntry[], { lost }: BatchResult): void {
    for (const one of batch) {
      const { sessionId, fence } = one
      if (lost.has(one)) one.reject(hostlerError('lease_lost', { id: sessionId }))
      else one.resolve()
      if (!lost.has(one) || this.#toldLost.get(sessionId) === fence) continue
      this.#toldLost.set(sessionId, fence)
      this.#tell(() => this.#onLost({ sessionId, fence }))
    }
  }

  /** A listener that throws must not stop the writing: its error is nobody's here. */
  #tell(listener: () => void): void {
    try {
      listener()
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }

  /** Waits, unless somebody is in a hurry. */
  async #pause(ms: number): Promise<void> {
    if (ms > 0 && !this.#closing.signal.aborted) {
      await sleep(ms, undefined, { signal: this.#hurry.signal }).catch(() => undefined)
    }
    if (this.#hurry.signal.aborted) this.#hurry = new AbortController()
  }
}

function writerClosed(): Error {
  return hostlerError('not_accepting', {
    problem: 'the event writer has been closed',
    cure: 'nothing to do: the next holder of the lease reads the agent’s log from its mark on',
  })
}
