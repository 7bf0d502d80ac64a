import { toError } from '../../util/to-error.ts'
import type { Guest } from './guest.ts'
import type { Hub } from './hub.ts'
import { firstLimit, nextLimit } from './source.ts'

type Waiter<E> = {
  resolve(result: IteratorResult<E, undefined>): void
  reject(error: Error): void
}

export type SubscriptionOptions = {
  /** Whether it gets what is not stored, too. */
  transient: boolean
  signal?: AbortSignal | undefined
  onError: (error: Error) => void
}

/**
 * One subscriber's way through a stream: pages from the store at its own pace until it has come up to the
 * hub's window, then through that; back to the store when the window has moved on without it.
 */
export class Subscription<E, P> implements AsyncIterableIterator<E, undefined>, Guest {
  readonly #hub: Hub<E, P>
  readonly #options: SubscriptionOptions
  readonly #onAbort = (): void => this.end()
  readonly #waiters: Waiter<E>[] = []
  #state: 'new' | 'open' | 'ended' = 'new'
  #place: number | null = null
  #position: P
  #isPositionRead = false
  #page: readonly E[] = []
  #nextOfPage = 0
  #limit = firstLimit
  #isReading = false

  constructor(hub: Hub<E, P>, after: P, options: SubscriptionOptions) {
    this.#hub = hub
    this.#position = after
    this.#options = options
    hub.add(this)
    options.signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (options.signal?.aborted === true) this.end()
  }

  get place(): number | null {
    return this.#place
  }

  get wantsTransient(): boolean {
    return this.#options.transient
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<E, undefined>> {
    if (this.#state === 'ended') return Promise.resolve({ done: true, value: undefined })
    if (this.#waiters.length === 0) {
      const entry = this.#take()
      if (entry !== undefined) return Promise.resolve({ done: false, value: entry })
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
      this.#goOn()
    })
  }

  return(): Promise<IteratorResult<E, undefined>> {
    this.end()
    return Promise.resolve({ done: true, value: undefined })
  }

  wake(): void {
    while (this.#waiters.length > 0) {
      const entry = this.#take()
      if (entry === undefined) return this.#goOn()
      this.#waiters.shift()?.resolve({ done: false, value: entry })
    }
  }

  end(): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#place = null
    this.#page = []
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    this.#hub.remove(this)
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ done: true, value: undefined })
  }

  /** What can be had without waiting. */
  #take(): E | undefined {
    const ofPage = this.#page[this.#nextOfPage]
    if (ofPage !== undefined) {
      this.#nextOfPage++
      this.#has(this.#hub.source.positionOf(ofPage))
      return ofPage
    }
    this.#page = []
    this.#nextOfPage = 0
    return this.#takeFromWindow() ?? (this.#enter() ? this.#takeFromWindow() : undefined)
  }

  #takeFromWindow(): E | undefined {
    const { window, source } = this.#hub
    if (this.#place === null || window === null) return undefined
    if (this.#place < window.first) {
      this.#place = null
      return undefined
    }
    for (; this.#place < window.end; this.#place++) {
      const item = window.at(this.#place)
      if (item === undefined) return undefined
      const order = source.compare(item.position, this.#position)
      // It may have read on in the store further than the window has come.
      if (item.isStored ? order <= 0 : order < 0 || !this.#options.transient) continue
      this.#place++
      if (item.isStored) this.#has(item.position)
      return item.entry
    }
    return undefined
  }

  #enter(): boolean {
    if (this.#place !== null) return false
    this.#place = this.#hub.enter(this.#position, { isRead: this.#isPositionRead })
    if (this.#place === null) return false
    this.#hub.entered(this.#position)
    return true
  }

  #has(position: P): void {
    this.#position = position
    this.#isPositionRead = true
  }

  #goOn(): void {
    if (this.#state === 'ended' || this.#isReading) return
    if (this.#place !== null) this.#hub.wait(this)
    else void this.#read()
  }

  async #read(): Promise<void> {
    this.#isReading = true
    try {
      if (!(await this.#hub.start())) return this.end()
      this.#state = this.#state === 'new' ? 'open' : this.#state
      if (!this.#enter()) await this.#readPage()
    } catch (error) {
      if (this.#state === 'new') return this.#fail(toError(error))
      // A stream outlives trouble with the database: the next tick tries again.
      this.#options.onError(toError(error))
      return this.#hub.wait(this)
    } finally {
      this.#isReading = false
    }
    this.wake()
  }

  async #readPage(): Promise<void> {
    const { source, window } = this.#hub
    const base = window?.base ?? null
    const page = await source.read(this.#position, { limit: this.#limit })
    if (this.#state === 'ended') return
    this.#page = page
    this.#limit = nextLimit(page, this.#limit)
    if (page.length === 0 && base !== null && source.compare(base, this.#position) > 0) {
      // What was between has been removed since.
      this.#position = base
    }
  }

  #fail(error: Error): void {
    const waiters = this.#waiters.splice(0)
    this.end()
    for (const waiter of waiters) waiter.reject(error)
  }
}
