import type { Agent } from '../../agent/index.ts'

/** An agent between two turns. */
export type KeptAgent = {
  agent: Agent
  /** `null`: a spare, which no session has used. */
  sessionId: string | null
  profile: string
  /** What it was started with. */
  hash: string
  cwd: string
  /** The session's fence when it was last used: a higher one means that another worker has had it. */
  fence: number
  warmMs: number
}

export type PoolLimits = { maxWarm: number; maxWarmMemoryBytes: number }

type Warm = KeptAgent & { since: number; timer: NodeJS.Timeout }

/** Keeps agents for their sessions' next prompts; what is too old, too many or too large is retired. */
export class AgentPool implements AsyncDisposable {
  readonly #warm = new Map<string, Warm>()
  /** By session. */
  readonly #retiring = new Map<Promise<void>, string | null>()
  readonly #retire: (kept: KeptAgent) => Promise<void>
  readonly #memoryOf: (agent: Agent) => number | null
  readonly #limits: () => PoolLimits
  #isClosed = false

  constructor(options: {
    /** Ends the agent and puts its files in order. */
    retire: (kept: KeptAgent) => Promise<void>
    /** Resident bytes; null where nothing tells. */
    memoryOf: (agent: Agent) => number | null
    limits: () => PoolLimits
  }) {
    this.#retire = options.retire
    this.#memoryOf = options.memoryOf
    this.#limits = options.limits
  }

  /** Oldest use first. */
  get kept(): readonly KeptAgent[] {
    return [...this.#warm.values()]
  }

  /** Takes the agent of this session out, if there is one. */
  take(sessionId: string): KeptAgent | null {
    const found = this.kept.find((one) => one.sessionId === sessionId)
    return found === undefined ? null : this.#remove(found.agent.id)
  }

  /** Takes this one out, if it is kept. */
  takeById(agentId: string): Agent | null {
    return this.#remove(agentId)?.agent ?? null
  }

  /** Takes a spare that was started just so. */
  takeSpare(
    wanted: { hash: string; cwd: string },
    fits: (agent: Agent) => boolean,
  ): KeptAgent | null {
    const isFit = (one: KeptAgent): boolean =>
      one.sessionId === null &&
      one.hash === wanted.hash &&
      one.cwd === wanted.cwd &&
      one.agent.state === 'idle' &&
      fits(one.agent)
    const found = this.kept.find(isFit)
    return found === undefined ? null : this.#remove(found.agent.id)
  }

  /**
   * Keeps an idle agent, and retires what that makes one too many. One that is not to be kept is ended
   * when this resolves: no other process may be in its conversation before.
   */
  async keep(kept: KeptAgent): Promise<void> {
    const { agent } = kept
    if (this.#isClosed || kept.warmMs <= 0 || agent.state !== 'idle') return await this.#end(kept)
    // A spare waits for as long as its profile wants one.
    const timer = setTimeout(() => this.evict(agent.id), Math.min(kept.warmMs, 2 ** 31 - 1))
    if (kept.sessionId === null) clearTimeout(timer)
    this.#warm.set(agent.id, { ...kept, since: Date.now(), timer })
    // One that ends by itself is put in order like one that is ended.
    agent.ended.then(
      () => this.evict(agent.id),
      () => this.evict(agent.id),
    )
    this.#trim()
    // No room for even one: it is ended like one that is not to be kept.
    if (kept.sessionId !== null && !this.#warm.has(agent.id)) await this.retired(kept.sessionId)
  }

  /** Retires one that is kept here. */
  evict(agentId: string): void {
    const found = this.#remove(agentId)
    if (found !== null) void this.#end(found)
  }

  /** Retires the least recently used one, spares last. False when there is none. */
  evictOldest(): boolean {
    const oldest = this.#oldest
    if (oldest === undefined) return false
    this.evict(oldest.agent.id)
    return true
  }

  /** Resolves when no agent of this session is being ended any more. */
  async retired(sessionId: string): Promise<void> {
    for (const [retiring, of] of this.#retiring) if (of === sessionId) await retiring
  }

  /** Retires all that are kept, and waits for every one that is being retired. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    while (this.evictOldest());
    while (this.#retiring.size > 0) await Promise.all(this.#retiring.keys())
  }

  /** `retire` does not throw; disposing of the pool waits for it. */
  #end(kept: KeptAgent): Promise<void> {
    const retiring = this.#retire(kept).finally(() => this.#retiring.delete(retiring))
    this.#retiring.set(retiring, kept.sessionId)
    return retiring
  }

  get #oldest(): KeptAgent | undefined {
    return this.kept.find((one) => one.sessionId !== null) ?? this.kept[0]
  }

  #remove(agentId: string): Warm | null {
    const found = this.#warm.get(agentId)
    if (found === undefined) return null
    clearTimeout(found.timer)
    this.#warm.delete(agentId)
    return found
  }

  #trim(): void {
    const { maxWarm, maxWarmMemoryBytes } = this.#limits()
    while (this.#warm.size > maxWarm && this.evictOldest());
    let bytes = this.kept.reduce((sum, one) => sum + (this.#memoryOf(one.agent) ?? 0), 0)
    while (bytes > maxWarmMemoryBytes) {
      const oldest = this.#oldest
      if (oldest === undefined) return
      bytes -= this.#memoryOf(oldest.agent) ?? 0
      this.evict(oldest.agent.id)
    }
  }
}
