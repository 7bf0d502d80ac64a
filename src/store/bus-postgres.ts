import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { uuidV7 } from '../util/uuid-v7.ts'
import { parsePayload, toPayload, toWire } from './bus-payload.ts'
import { createLocalBus, type Bus, type BusMessage } from './bus.ts'
import { toPlace, toPostgresStoreError } from './dialects/postgres-errors.ts'
import { toClientConfig } from './dialects/postgres-pool.ts'

/** How much waits to be sent while PostgreSQL is away, before all is cut down to "look again". */
const maxWaiting = 10_000
const maxDelayMs = 5_000
/** A connection that is dead without saying so is found when something is to be sent. */
const queryTimeoutMs = 5_000

/** What listeners are told after an outage, when they may have missed anything. */
const lookAgain: BusMessage[] = [{ type: 'ready', pool: '*' }, { type: 'changes' }]

/** Opens the bus over LISTEN and NOTIFY. @throws database_unavailable when the first connection fails */
export async function startPostgresBus(url: string): Promise<Bus & AsyncDisposable> {
  const bus = new PostgresBus(url)
  await bus.start()
  return bus
}

/** Own messages are delivered here at once, and to the others over a connection of its own. */
class PostgresBus implements Bus, AsyncDisposable {
  readonly #url: string
  readonly #origin = uuidV7()
  readonly #local = createLocalBus()
  readonly #waiting = new Map<string, string>()
  readonly #closing = new AbortController()
  #client: Client | null = null
  #reconnecting: Promise<void> = Promise.resolve()
  #sending: Promise<void> | null = null

  constructor(url: string) {
    this.#url = url
  }

  async start(): Promise<void> {
    try {
      await this.#connect()
    } catch (error) {
      throw toPostgresStoreError(error, toPlace(this.#url))
    }
  }

  subscribe(listener: (message: BusMessage) => void): () => void {
    return this.#local.subscribe(listener)
  }

  publish(message: BusMessage): void {
    this.#local.publish(message)
    for (const { key, json } of toWire(message)) this.#waiting.set(key, json)
    if (this.#waiting.size > maxWaiting) {
      this.#waiting.clear()
      for (const { key, json } of lookAgain.flatMap(toWire)) this.#waiting.set(key, json)
    }
    this.#send()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A program that submits and ends at once must still be heard.
    while (this.#sending !== null) await this.#sending
    this.#closing.abort()
    await this.#reconnecting
    await this.#client?.end().catch(() => undefined)
    this.#client = null
  }

  async #connect(): Promise<void> {
    const client = new Client({ ...toClientConfig(this.#url), query_timeout: queryTimeoutMs })
    client.on('notification', ({ payload = '' }) => {
      const message = parsePayload(payload, this.#origin)
      if (message !== null) this.#local.publish(message)
    })
    client.on('error', () => this.#lose(client))
    client.on('end', () => this.#lose(client))
    try {
      await client.connect()
      await client.query('listen hostler')
    } catch (error) {
      await client.end().catch(() => undefined)
      throw error
    }
    this.#client = client
  }

  #lose(client: Client): void {
    if (this.#client !== client) return
    this.#client = null
    client.end().catch(() => undefined)
    if (!this.#closing.signal.aborted) this.#reconnecting = this.#reconnect()
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#closing
    for (let delayMs = 50; !signal.aborted; delayMs = Math.min(delayMs * 2, maxDelayMs)) {
      try {
        await sleep(delayMs * (0.5 + Math.random() / 2), undefined, { signal })
        await this.#connect()
        break
      } catch {
        // Still away, or closing.
      }
    }
    if (signal.aborted) return
    for (const message of lookAgain) this.#local.publish(message)
    this.#send()
  }

  #send(): void {
    if (this.#client === null || this.#sending !== null || this.#waiting.size === 0) return
    this.#sending = this.#sendAll(this.#client).finally(() => {
      this.#sending = null
      this.#send()
    })
  }

  /** What was told together goes out together. */
  async #sendAll(client: Client): Promise<void> {
    await new Promise((resolve) => void setImmediate(resolve))
    const batch = [...this.#waiting].slice(0, 1_000)
    for (const [key] of batch) this.#waiting.delete(key)
    const payloads = batch.map(([, json]) => toPayload(this.#origin, json))
    try {
      await client.query(`select pg_notify('hostler', p) from unnest($1::text[]) p`, [payloads])
    } catch {
      // Gone meanwhile: to be sent over the next connection, unless something newer is there.
      for (const [key, json] of batch) {
        if (!this.#waiting.has(key)) this.#waiting.set(key, json)
      }
      this.#lose(client)
    }
  }
}
