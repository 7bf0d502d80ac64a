import { hostlerError } from '../../errors.ts'
import { latestChange, readChanges } from '../../store/changes.ts'
import type { Store } from '../../store/store.ts'
import { limitConcurrency } from '../../util/limit-concurrency.ts'
import type { Change } from '../contract/operations.ts'
import { Hub } from './hub.ts'
import { readToEnd, type Source } from './source.ts'
import { Subscription } from './subscription.ts'

export type ChangeFeedOptions = {
  /** The cursor of the last change that the subscriber has. Default: from now. */
  after?: string | undefined
  /** `now`: ends after what there is, instead of going on live. */
  until?: 'now' | undefined
  signal?: AbortSignal | undefined
}

/** What happens in all sessions, once for all who look at it in this process. */
export type ChangeFeed = AsyncDisposable & {
  subscribe(options?: ChangeFeedOptions): AsyncIterable<Change>
}

/** Before the first change. */
const beginning: string = '0.0'
const readsAtOnce = 2
/** A change is readable only when all transactions that began before its own have ended. */
const againMs = 100

export function startChangeFeed(
  store: Store,
  options: { maxBuffered?: number; checkMs?: number; onError?: (error: Error) => void } = {},
): ChangeFeed {
  const { maxBuffered = 5_000, checkMs = 3_000, onError = () => undefined } = options
  const closing = new AbortController()
  const limitReads = limitConcurrency(readsAtOnce)
  const latest = async (): Promise<string> =>
    (await limitReads(() => latestChange(store))) ?? beginning
  const source: Source<Change, string> = {
    compare: compareCursors,
    positionOf: (change) => change.cursor,
    read: (after, { limit }) => limitReads(() => readChanges(store, { after, limit })),
    newest: latest,
  }
  const hub = new Hub(source, {
    maxEntries: maxBuffered,
    maxBytes: 8 * 1024 * 1024,
    onError,
    onEmpty: () => undefined,
  })

  let again: NodeJS.Timeout | null = null
  const unsubscribe = store.bus.subscribe(({ type }) => {
    // The bus says `changes`, too, when it was away.
    if (type !== 'changes' || hub.size === 0) return
    hub.look()
    again ??= setTimeout(() => {
      again = null
      hub.look()
    }, againMs)
  })
  const timer = setInterval(() => {
    if (hub.size === 0) return
    hub.look()
    hub.tick()
  }, checkMs)

  async function* follow(options: ChangeFeedOptions): AsyncGenerator<Change, void> {
    const signal = AbortSignal.any([closing.signal, ...(options.signal ? [options.signal] : [])])
    const after = options.after ?? (await latest())
    assertCursor(after)
    if (options.until === 'now') yield* readToEnd(source, after, { signal })
    else yield* new Subscription(hub, after, { transient: false, onError, signal })
  }

  return {
    subscribe: (options = {}) => ({ [Symbol.asyncIterator]: () => follow(options) }),
    async [Symbol.asyncDispose]() {
      unsubscribe()
      clearInterval(timer)
      if (again !== null) clearTimeout(again)
      const ended = hub.end()
      closing.abort()
      await ended
    },
  }
}

function assertCursor(cursor: string): void {
  if (/^\d+\.\d+$/.test(cursor)) return
  throw hostlerError('invalid_input', {
    field: 'after',
    problem: `"${cursor}" is no cursor of the feed`,
    cure: 'pass the cursor of a change as it came, or none',
  })
}

/** In the order of the feed: by transaction, then by number. */
function compareCursors(a: string, b: string): number {
  const [txA = 0, idA = 0] = a.split('.').map(Number)
  const [txB = 0, idB = 0] = b.split('.').map(Number)
  return txA - txB || idA - idB
}
