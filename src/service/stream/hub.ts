import { createCatchUp, type CatchUp } from './catch-up.ts'
import type { Guest } from './guest.ts'
import { roughBytes } from './rough-bytes.ts'
import type { Source } from './source.ts'
import { createWindow, type Window, type WindowLimits } from './window.ts'

export type HubOptions<E> = WindowLimits & {
  onError: (error: Error) => void
  /** These were stored, and are about to be seen. */
  onStored?: (entries: readonly E[]) => void
  /** And these are in the window now. */
  onAppended?: () => void
  /** The window is empty, and begins after what is stored now. */
  onReset?: () => void
  /** The last subscription has gone. */
  onEmpty: () => void
}

/**
 * The live end of one stream: what is new goes into its window once, for all subscriptions. Notices may
 * come late, twice, in the wrong order or never: what counts is the position of each entry, and whatever
 * is missing is read from the store, once for all.
 */
export class Hub<E, P> {
  readonly source: Source<E, P>
  readonly #options: HubOptions<E>
  readonly #guests = new Set<Guest>()
  readonly #waiting = new Set<Guest>()
  readonly #catchUp: CatchUp
  #window: Window<E, P> | null = null
  #head: P | null = null
  #started: Promise<boolean> | null = null

  constructor(source: Source<E, P>, options: HubOptions<E>) {
    this.source = source
    this.#options = options
    this.#catchUp = createCatchUp({
      isWanted: () => this.#head !== null && this.isWatched,
      readPage: (limit) => this.#readPage(limit),
      onError: options.onError,
    })
  }

  /** The newest position that went through the window; null before {@link start}. */
  get head(): P | null {
    return this.#head
  }

  get window(): Window<E, P> | null {
    return this.#window
  }

  /** How many subscriptions there are. */
  get size(): number {
    return this.#guests.size
  }

  get wantsTransient(): boolean {
    return [...this.#guests].some((guest) => guest.wantsTransient)
  }

  /** Whether somebody would see at once what is new. */
  get isWatched(): boolean {
    for (const guest of this.#guests) if (guest.place !== null) return true
    return false
  }

  /** Finds out where the stream is. False: there is no such stream. */
  start(): Promise<boolean> {
    this.#started ??= this.#start().catch((error: unknown) => {
      this.#started = null
      throw error
    })
    return this.#started
  }

  add(guest: Guest): void {
    this.#guests.add(guest)
  }

  remove(guest: Guest): void {
    this.#waiting.delete(guest)
    if (this.#guests.delete(guest) && this.#guests.size === 0) this.#options.onEmpty()
  }

  /** Wakes it when there is something new, or at the next {@link tick}. */
  wait(guest: Guest): void {
    this.#waiting.add(guest)
  }

  /**
   * A place in the window for who has had all up to `position`; null when that is too long ago.
   * `isRead` says that the position was found in the store, not only asked for.
   */
  enter(position: P, options: { isRead: boolean }): number | null {
    const { compare } = this.source
    if (this.#window === null || this.#head === null) return null
    if (compare(position, this.#window.base) < 0) return null
    const isAhead = compare(position, this.#head) > 0
    if (
      isAhead &&
      options.isRead &&
      !this.isWatched &&
      !this.#catchUp.state.startsWith('reading')
    ) {
      // Nobody needs what is between: the stream begins anew where this one stands.
      this.#head = position
      this.#window.reset(position)
      this.#options.onReset?.()
    }
    return this.#window.placeAfter(position)
  }

  /** Somebody has taken a place: what nobody wanted to see so far is fetched now. */
  entered(position: P): void {
    const isAhead = this.#head !== null && this.source.compare(position, this.#head) > 0
    if (this.#catchUp.state === 'due' || isAhead) this.look()
  }

  /** Entries that are stored and follow the head without a gap. Those that are known are skipped. */
  append(entries: readonly E[]): void {
    const { compare, positionOf } = this.source
    const window = this.#window
    if (window === null) return
    const head = this.#head
    const fresh = entries.filter((one) => head !== null && compare(positionOf(one), head) > 0)
    const last = fresh.at(-1)
    if (last === undefined) return
    this.#options.onStored?.(fresh)
    for (const entry of fresh) {
      const position = positionOf(entry)
      window.add({ entry, position, isStored: true, bytes: roughBytes(entry) })
    }
    this.#head = positionOf(last)
    this.#options.onAppended?.()
    this.#wakeAll()
  }

  /** Entries that are not stored, and belong after the head. */
  appendTransient(entries: readonly E[]): void {
    if (this.#window === null || this.#head === null) return
    for (const entry of entries) {
      const bytes = roughBytes(entry)
      this.#window.add({ entry, position: this.#head, isStored: false, bytes })
    }
    this.#wakeAll()
  }

  /** There is, or may be, more in the store. */
  look(): void {
    this.#catchUp.ask()
  }

  /** Every few seconds: lets go of what all have had, and tries again what has failed. */
  tick(): void {
    this.#trim()
    if (this.#catchUp.state === 'due') this.look()
    this.#wakeAll()
  }

  /** Ends all subscriptions; resolves when nothing is being read any more. */
  async end(): Promise<void> {
    for (const guest of this.#guests) guest.end()
    await Promise.allSettled([this.#started, this.#catchUp.settle()])
  }

  async #start(): Promise<boolean> {
    const newest = await this.source.newest()
    if (newest === null) return false
    const { compare } = this.source
    this.#window = createWindow(newest, { ...this.#options, compare })
    this.#head = newest
    this.#options.onReset?.()
    return true
  }

  async #readPage(limit: number): Promise<readonly E[]> {
    if (this.#head === null) return []
    const page = await this.source.read(this.#head, { limit })
    this.append(page)
    return page
  }

  #trim(): void {
    const window = this.#window
    if (window === null) return
    let oldest = window.end
    for (const { place } of this.#guests) {
      // One that the window has left behind comes back by way of the store.
      if (place !== null && place >= window.first) oldest = Math.min(oldest, place)
    }
    window.dropBefore(oldest)
  }

  #wakeAll(): void {
    // Who is woken may wait again at once, and would be met a second time.
    const woken = [...this.#waiting]
    this.#waiting.clear()
    for (const guest of woken) guest.wake()
  }
}
