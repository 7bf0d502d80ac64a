import { hostlerError } from '../errors.ts'
import type { Hostler } from '../service/contract/hostler.ts'
import { changeFeed } from './change-feed.ts'
import { openConnection } from './connection.ts'
import { runCalls } from './run-calls.ts'
import { scheduleCalls } from './schedule-calls.ts'
import { toLabelQuery } from './query.ts'
import { sessionCalls } from './session-calls.ts'
import { caller } from './typed-calls.ts'

export type ConnectOptions = {
  /** Where `hostler serve` listens: `http://127.0.0.1:7717`. A path before `/v1` is kept. */
  url: string
  /** From `hostler token create`. */
  token?: string
  /** Instead of the global one: for a proxy, a client certificate, a test. */
  fetch?: typeof fetch
  /** Ends everything that this client does, as disposing of it does. */
  signal?: AbortSignal
  /** A stream has lost its connection, and goes on as soon as there is another. */
  onReconnect?: (problem: string) => void
}

/**
 * hostler over HTTP, in Node and in browsers. Nothing is sent before the first call, and no connection
 * is kept that no call needs.
 *
 * What only reads is tried again for a moment when the connection fails; so is `runs.submit`, which is
 * why each submission has an idempotency key: the caller's, or one that is made here. All else is sent
 * once. Streams connect anew for as long as it takes. Who calls is what the token says: `as` throws.
 *
 * @throws invalid_option
 */
export function connectHostler(options: ConnectOptions): Hostler {
  const connection = openConnection({
    url: parseUrl(options.url),
    token: parseToken(options.token),
    fetch: options.fetch ?? globalThis.fetch,
    signal: options.signal,
  })
  const { get, post, del, list, all } = caller(connection)
  const { onReconnect } = options
  return {
    sessions: sessionCalls(connection, onReconnect),
    runs: runCalls(connection),
    requests: {
      list: (filter, page) => list('/v1/requests', { ...filter }, page),
      get: (id, call) => get(`/v1/requests/${encodeURIComponent(id)}`, call),
      answer: (id, answer, call) =>
        post(`/v1/requests/${encodeURIComponent(id)}/answer`, answer, call),
    },
    schedules: scheduleCalls(connection),
    accounts: {
      list: (call) => all('/v1/accounts', call),
      resume: (id, call) => post(`/v1/accounts/${encodeURIComponent(id)}/resume`, {}, call),
    },
    agents: {
      list: (call) => all('/v1/agents', call),
      stop: (id, call) => post(`/v1/agents/${encodeURIComponent(id)}/stop`, {}, call),
    },
    workers: { list: (call) => all('/v1/workers', call) },
    tokens: {
      create: (token, call) => post('/v1/tokens', token, call),
      list: (call) => all('/v1/tokens', call),
      revoke: (id, call) => del(`/v1/tokens/${encodeURIComponent(id)}`, call),
    },
    deliveries: {
      list: (filter, page) => list('/v1/deliveries', { ...filter }, page),
      resend: (id, call) => post(`/v1/deliveries/${encodeURIComponent(id)}/resend`, {}, call),
    },
    audit: (page) => list('/v1/audit', {}, page),
    changes: (call = {}) => changeFeed(connection, { ...call, onReconnect }),
    costs({ labels, ...query } = {}, call) {
      return connection.json({
        path: '/v1/costs',
        query: { ...query, label: toLabelQuery(labels) },
        signal: call?.signal,
      })
    },
    status: (call) => get('/v1/status', call),
    whoami: (call) => get('/v1/whoami', call),
    as() {
      throw hostlerError('invalid_input', {
        field: 'caller',
        problem: 'over HTTP it is the token that says who calls',
        cure: 'connect once for each caller, each with a token of its own',
      })
    },
    async [Symbol.asyncDispose]() {
      connection.close()
    },
  }
}

/** The address of a server, without a slash at its end. @throws invalid_option */
export function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw hostlerError('invalid_option', {
      field: 'url',
      problem: `"${text}" is not the address of a server`,
      cure: 'give one such as http://127.0.0.1:7717',
    })
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw hostlerError('invalid_option', {
      field: 'url',
      problem: `it has more than a host, a port and a path (${url.origin})`,
      cure: 'leave out name, password, query and fragment; what lets you in goes into token',
    })
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

/** A token that a header can carry. @throws invalid_option */
export function parseToken(token: string | undefined): string | undefined {
  // What a header cannot carry would look like a failed connection.
  if (token === undefined || /^[\x21-\x7e]+$/.test(token)) return token
  throw hostlerError('invalid_option', {
    field: 'token',
    problem: 'it is empty, or has characters that no token has',
    cure: 'give what hostler token create has printed, without spaces and line breaks',
  })
}
