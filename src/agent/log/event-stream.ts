import type { AgentEvent } from '../../events/agent-event.ts'
import { readEvents } from './read-events.ts'

/** What a subscriber may leave unread in memory; beyond it, it reads from the log again. */
const maxEvents = 4096
const maxBytes = 4 * 1024 * 1024

type Result = IteratorResult<AgentEvent, undefined>

/** A subscriber's events. Leaving a `for await` loop over it ends the subscription. */
export type EventStream = AsyncIterableIterator<AgentEvent, undefined> & {
  /** False while it has to read from the log anyhow: then nobody need parse lines for it. */
  readonly isLive: boolean
  /** The next line of the log. Its events are not needed while the stream is not live. */
  pushLine(line: { offset: number; end: number }, events: AgentEvent[]): void
  /** An event that is not in the log. Never dropped: there are few. */
  pushOwn(event: AgentEvent): void
  /** Nothing follows. */
  end(): void
}

/**
 * One subscriber's view of an agent's events: first the log from `from`, then live, with no gap and no
 * repeat. A subscriber that does not keep up costs a bounded amount of memory and slows nobody: what it
 * has not read is forgotten, and read from the log when it comes to it.
 */
export function createEventStream(options: {
  path: string
  maxLineBytes: number
  from: number
  to: number
  /** Ends the subscription. */
  signal?: AbortSignal | undefined
  onClose: (stream: EventStream) => void
}): EventStream {
  const { path, maxLineBytes, from, to, signal, onClose } = options
  /** What is to be read from the log, before the queue. Its end grows with the log. */
  let gap = to > from ? { from, to, skip: 0 } : null
  let reading: AsyncGenerator<AgentEvent, number> | null = null
  let queue: AgentEvent[] = []
  let head = 0
  /** Those in the queue that no log holds: hostler's own. They are few. */
  const own = new Set<AgentEvent>()
  let wake: (() => void) | null = null
  let isEnded = false
  let isClosed = false
  /** Of a line that stands for several events some may have been delivered. */
  let deliveredOffset = -1
  let deliveredCount = 0

  function notify(): void {
    wake?.()
    wake = null
  }

  function forget(line: { offset: number; end: number }): void {
    const first = queue.slice(head).find((one) => !own.has(one))
    const start = first?.offset ?? line.offset
    const skip = start === deliveredOffset ? deliveredCount : 0
    gap = { from: start, to: line.end, skip }
    queue = [...own]
    head = 0
  }

  function deliver(event: AgentEvent, isLogged: boolean): Result {
    if (isLogged) {
      deliveredCount = event.offset === deliveredOffset ? deliveredCount + 1 : 1
      deliveredOffset = event.offset
    }
    return { done: false, value: event }
  }

  function takeQueued(): Result | null {
    const first = queue[head]
    if (first === undefined) return null
    head++
    if (head === queue.length) {
      queue = []
      head = 0
    }
    return deliver(first, own.size === 0 || !own.delete(first))
  }

  async function takeFromLog(range: {
    from: number
    to: number
    skip: number
  }): Promise<Result | null> {
    reading ??= readEvents(path, { range, maxLineBytes, skip: range.skip })
    const { value, done } = await reading.next()
    if (done !== true) return deliver(value, true)
    reading = null
    // The log may have grown between the last read and now.
    gap = value < range.to ? { from: value, to: range.to, skip: 0 } : null
    return null
  }

  async function waitForNext(): Promise<Result> {
    for (;;) {
      if (isClosed) return { done: true, value: undefined }
      const found = gap === null ? takeQueued() : await takeFromLog(gap)
      if (found !== null) return found
      if (gap !== null) continue
      if (isEnded && head === queue.length) await close()
      else if (head === queue.length) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  }

  async function close(): Promise<void> {
    if (isClosed) return
    isClosed = true
    queue = []
    head = 0
    notify()
    signal?.removeEventListener('abort', onAbort)
    onClose(stream)
    await reading?.return(0)
    reading = null
  }

  function onAbort(): void {
    void close()
  }

  const stream: EventStream = {
    get isLive() {
      return gap === null && !isEnded && !isClosed
    },
    pushLine(line, events) {
      if (isEnded || isClosed) return
      if (gap !== null) gap.to = line.end
      else {
        for (const event of events) queue.push(event)
        const oldest = queue[head]?.offset ?? line.end
        if (queue.length - head > maxEvents || line.end - oldest > maxBytes) forget(line)
      }
      notify()
    },
    pushOwn(event) {
      if (isEnded || isClosed) return
      own.add(event)
      queue.push(event)
      notify()
    },
    end() {
      isEnded = true
      notify()
    },
    next() {
      const ready = gap === null && !isClosed ? takeQueued() : null
      return ready === null ? waitForNext() : Promise.resolve(ready)
    },
    async return() {
      await close()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => stream,
  }
  if (signal?.aborted === true) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
  return stream
}
