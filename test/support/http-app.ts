import { z } from 'zod'
import { createApp, type HttpApp } from '../../src/http/create-app.ts'
import { createMetrics, type Metrics } from '../../src/http/metrics/metrics.ts'
import type { AppOptions, ServerSettings, VerifiedToken } from '../../src/http/services.ts'
import type { Log } from '../../src/log.ts'
import { createFakeAgentCalls } from './fake-agent-calls.ts'
import { createFakeHostler, type FakeHostler } from './fake-hostler.ts'

export const serverSettings: ServerSettings = {
  host: '127.0.0.1',
  port: 0,
  allowedHosts: ['hostler.example'],
  allowedOrigins: ['https://dashboard.example'],
  maxBodyBytes: 100_000,
  maxAttachmentBytes: 50_000,
  attachmentTypes: ['image/*', 'text/plain'],
  requestsPerMinute: 10_000,
  maxConnections: 100,
}

export type LoggedLine = { level: string; fields: Readonly<Record<string, unknown>>; text: string }

/** A log that remembers. */
export function listLog(): { log: Log; lines: LoggedLine[] } {
  const lines: LoggedLine[] = []
  const method =
    (level: string) =>
    (first: string | Readonly<Record<string, unknown>>, message?: string): void => {
      if (typeof first === 'string') lines.push({ level, fields: {}, text: first })
      else lines.push({ level, fields: first, text: message ?? '' })
    }
  const log: Log = {
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    child: () => log,
  }
  return { log, lines }
}

export type TestApp = {
  app: HttpApp
  hostler: FakeHostler
  log: Log
  lines: LoggedLine[]
  /** By their text. */
  tokens: Map<string, VerifiedToken>
  /** Asks with JSON. */
  ask: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Response>
}

/** The fields of an answer in JSON. */
export async function fieldsOf(answer: Response): Promise<Record<string, unknown>> {
  return z.record(z.string(), z.unknown()).parse(await answer.json())
}

/** Metrics of a service in which a little goes on. */
export function createTestMetrics(): Metrics {
  return createMetrics({
    snapshot: async () => ({
      queued: 1,
      running: 2,
      waiting: { human: 0, children: 0, time: 3 },
      agents: { busy: 1, warm: 0, spare: 0 },
      agentMemoryBytes: 5,
      openRequests: 0,
      accounts: [],
      cursor: '0.0',
      workers: 1,
    }),
  })
}

/** The HTTP side over a Hostler in memory, without a socket. */
export function createTestApp(
  options: Partial<Omit<AppOptions, 'settings'>> & { settings?: Partial<ServerSettings> } = {},
): TestApp {
  const hostler = createFakeHostler()
  const { log, lines } = listLog()
  const tokens = new Map<string, VerifiedToken>()
  const app = createApp(hostler, {
    log,
    version: '0.1.0',
    host: '127.0.0.1',
    tokens: {
      verify: async (token) => tokens.get(token) ?? null,
      anyValid: async () => tokens.size > 0,
    },
    checkReadiness: async () => [{ name: 'database', ok: true, problem: null }],
    metrics: createTestMetrics(),
    agentCalls: createFakeAgentCalls,
    ...options,
    settings: () => ({ ...serverSettings, ...options.settings }),
  })
  return {
    app,
    hostler,
    log,
    lines,
    tokens,
    async ask(method, path, body, headers = {}) {
      const request = new Request(`http://127.0.0.1:7777${path}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      return await app.fetch(request)
    },
  }
}
