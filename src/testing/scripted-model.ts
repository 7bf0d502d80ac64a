import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { toError } from '../util/to-error.ts'
import { answerRequest, sendError } from './answer-request.ts'
import { createGates, type Gates } from './gates.ts'
import { toModelRequest, type ModelRequest } from './model-request.ts'
import { parsePlainReply, parseScript } from './parse-script.ts'
import { chooseReply } from './choose-reply.ts'
import { createRequestLog, type RequestLog } from './request-log.ts'
import { pushReplies, toScriptQueue, type ScriptQueue } from './script-queue.ts'
import type { Reply, ScriptedReply, ScriptInput } from './script.ts'
import { readBody, sendUnscripted } from './unscripted.ts'

export type ScriptedModelOptions = {
  /** What the model says; a bare array is a script's `replies`. Default: nothing. */
  script?: ScriptInput
  /** Named in errors about the script, e.g. its file. */
  source?: string
  /** Port on 127.0.0.1; default any free one. */
  port?: number
  /** Called for each request as soon as its reply is chosen. */
  onRequest?: (request: ModelRequest) => void
  /** Closes the model when aborted. */
  signal?: AbortSignal
}

/**
 * Starts a Messages API on loopback that answers from a script, so that the real CLI runs without a
 * key: `ANTHROPIC_BASE_URL=<url>`.
 *
 * Every `POST /v1/messages` takes one reply, in the order of the script. Headless, the CLI (2.1.197,
 * 2.1.328) makes no other such requests by itself; it probes `HEAD /` or `HEAD /api/hello`, which is
 * answered without the script, as are `count_tokens` and quota probes (`max_tokens: 1`). What it makes
 * for compaction, WebFetch or a subagent does take replies: tell those apart with `when`.
 * @throws HostlerError `script_invalid`; an error with `code: 'EADDRINUSE'` when the port is taken.
 */
export async function startScriptedModel(
  options: ScriptedModelOptions = {},
): Promise<ScriptedModel> {
  options.signal?.throwIfAborted()
  const queue = toScriptQueue(parseScript(options.script ?? [], options.source))
  const server = createServer()
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const model = new ScriptedModel(server, { queue, ...options })
  if (options.signal?.aborted) await model.close()
  options.signal?.throwIfAborted()
  return model
}

/** A Messages API on loopback; see {@link startScriptedModel}. Must be closed. */
export class ScriptedModel {
  /** What `ANTHROPIC_BASE_URL` takes. */
  readonly url: string
  readonly #server: Server
  readonly #onRequest: (request: ModelRequest) => void
  readonly #gates: Gates = createGates()
  readonly #log: RequestLog = createRequestLog()
  readonly #answering = new Set<Promise<void>>()
  readonly #closing = new AbortController()
  #queue: ScriptQueue
  #closed: Promise<void> | null = null

  constructor(
    server: Server,
    start: { queue: ScriptQueue } & Pick<ScriptedModelOptions, 'onRequest' | 'signal'>,
  ) {
    this.#server = server
    this.#queue = start.queue
    this.#onRequest = start.onRequest ?? (() => {})
    const closing = this.#closing.signal
    start.signal?.addEventListener('abort', () => void this.close(), { signal: closing })
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    this.url = `http://127.0.0.1:${port}`
    server.on('request', (request, response) => {
      const answering = this.#answer(request, response).finally(() => {
        this.#answering.delete(answering)
      })
      this.#answering.add(answering)
    })
  }

  /** Every request so far, probes included, in the order of arrival. */
  get requests(): readonly ModelRequest[] {
    return this.#log.all
  }

  /** The requests that took a reply, or found the script dry. */
  get prompts(): readonly ModelRequest[] {
    return this.#log.all.filter((request) => request.reply.from !== 'server')
  }

  /** The requests for which the script had run dry; a test should find none. */
  get errors(): readonly ModelRequest[] {
    return this.#log.all.filter((request) => request.reply.from === 'dry')
  }

  /** Names of `hold` and of stalls that a request waits for just now. */
  get holding(): readonly string[] {
    return this.#gates.waiting()
  }

  /** The first request, past or to come, for which the predicate holds. Rejects after `timeoutMs` (default 30 s). */
  waitForRequest(
    predicate: (request: ModelRequest) => boolean = (it) => it.reply.from !== 'server',
    options: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<ModelRequest> {
    return this.#log.waitFor(predicate, options)
  }

  /** Adds replies after those that are left. */
  push(...replies: ScriptedReply[]): void {
    pushReplies(this.#queue, parseScript(replies).replies)
  }

  /** Forgets what is left of the script and goes on with this one. */
  setScript(script: ScriptInput): void {
    this.#queue = toScriptQueue(parseScript(script))
  }

  /** Lets replies go on that hold or stall under this name, now and later. */
  release(name: string): void {
    this.#gates.release(name)
  }

  /** Cuts all connections and closes the port. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#end()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #end(): Promise<void> {
    this.#closing.abort()
    this.#log.close(new Error('the scripted model was closed'))
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
    await Promise.all(this.#answering)
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    const signal = AbortSignal.any([gone.signal, this.#closing.signal])
    response.on('close', () => gone.abort())
    // A client that hangs up is an ordinary thing here.
    incoming.on('error', () => gone.abort())
    response.on('error', () => gone.abort())
    const body = await readBody(incoming)
    if (body === null) return
    const request = toModelRequest(incoming, { index: this.#log.all.length, body, at: Date.now() })
    const scripted = chooseReply(this.#queue, request)
    this.#log.add(request)
    this.#onRequest(request)
    response.on('close', () => {
      request.end = response.writableFinished ? 'finished' : 'cut'
    })
    try {
      if (scripted === null) sendUnscripted(response, request)
      else {
        const reply = await toReply(scripted, request)
        await answerRequest(response, { request, reply }, { gates: this.#gates, signal })
      }
    } catch (error) {
      const message = `the scripted reply failed: ${toError(error).message}`
      if (response.headersSent) response.destroy()
      else sendError(response, { status: 400, errorType: 'invalid_request_error', message })
    }
  }
}

async function toReply(scripted: ScriptedReply, request: ModelRequest): Promise<Reply> {
  return typeof scripted === 'function'
    ? parsePlainReply(await scripted(request), 'reply function')
    : scripted
}
