import { hostlerError } from '../../src/errors.ts'
import type { ServiceEvent, SessionEvent, TransientEvent } from '../../src/events/session-event.ts'
import type { Hostler } from '../../src/service/contract/hostler.ts'
import type { Change, Token } from '../../src/service/contract/operations.ts'
import type { StoredRequest } from '../../src/service/contract/request.ts'
import type { Run, Submission } from '../../src/service/contract/run.ts'
import type { Schedule } from '../../src/service/contract/schedule.ts'
import type { Session } from '../../src/service/contract/session.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'
import { fakeSchedules } from './fake-schedules.ts'
import { aborted, chunks, createFollowers, found, pageOf } from './fake-hostler-parts.ts'
import { sampleAttempt, sampleRequest, sampleRun, sampleSession } from './sample-objects.ts'
import {
  sampleAccount,
  sampleAgent,
  sampleDelivery,
  sampleStatus,
  sampleToken,
} from './sample-objects.ts'
import { sampleWorker } from './sample-objects.ts'
import { sampleCosts } from './sample-costs.ts'

/** A Hostler in memory, whose runs end and whose events come when the test says so. */
export type FakeHostler = Hostler & {
  readonly submissions: { submission: Submission; actor: string }[]
  /** Of the one log that every run has. */
  readonly log: Uint8Array
  /** Streams that are being read. */
  readonly openStreams: () => number
  emit(sessionId: string, event: ServiceEvent | DeltaOnly, runId?: string): void
  endRun(id: string): void
  tell(change: Change): void
  addRequest(session: Session, run: Run): StoredRequest
}
type DeltaOnly =
  Extract<TransientEvent, { type: 'text_delta' }> extends infer D
    ? Omit<D, 'seq' | 'at' | 'sessionId' | 'runId'>
    : never

export function createFakeHostler(): FakeHostler {
  const sessions = new Map<string, Session>()
  const runs = new Map<string, Run>()
  const requests = new Map<string, StoredRequest>()
  const tokens = new Map<string, Token>()
  const schedules = new Map<string, Schedule>()
  const history = new Map<string, SessionEvent[]>()
  const changes: Change[] = []
  const submissions: FakeHostler['submissions'] = []
  const log = Buffer.from('0123456789'.repeat(10))
  const followers = createFollowers()

  function sessionOf(id: string): Session {
    const byKey = [...sessions.values()].find(({ key }) => `key:${key}` === id)
    return found(byKey ?? sessions.get(id), 'session', id)
  }

  function emit(sessionId: string, event: ServiceEvent | DeltaOnly, runId?: string): void {
    const session = sessionOf(sessionId)
    const placed = { at: Date.now(), sessionId: session.id, runId: runId ?? null }
    const events = history.get(session.id) ?? []
    history.set(session.id, events)
    if (event.type === 'text_delta') events.push({ ...placed, ...event, seq: null })
    else events.push({ ...placed, ...event, seq: (session.lastSeq += 1) })
    followers.stir()
  }

  function as(actor: string): Hostler {
    return {
      sessions: {
        async create(given) {
          const taken = [...sessions.values()].find(({ key }) => key !== null && key === given.key)
          if (taken) {
            throw hostlerError('key_taken', { key: taken.key ?? '', sessionId: taken.id })
          }
          const session: Session = { ...sampleSession(), ...given, id: uuidV7() }
          sessions.set(session.id, session)
          emit(session.id, { type: 'session_created', profile: session.profile, parentId: null })
          return session
        },
        get: async (id) => sessionOf(id),
        list: async (_filter, page) => pageOf([...sessions.values()], page),
        configure: async (id, change) => Object.assign(sessionOf(id), change),
        async fork(id, fork = {}) {
          const parentId = sessionOf(id).id
          const session: Session = { ...sampleSession(), ...fork, id: uuidV7(), parentId }
          sessions.set(session.id, session)
          return session
        },
        archive: async (id) => Object.assign(sessionOf(id), { state: 'archived' as const }),
        async delete(id) {
          const session = sessionOf(id)
          if (session.state === 'active') throw hostlerError('session_not_archived', { id })
          sessions.delete(session.id)
        },
        async *events(id, { after = 0, transient = true, until, signal } = {}) {
          const { id: sessionId } = sessionOf(id)
          const wanted = (event: SessionEvent): boolean =>
            event.seq === null ? transient : event.seq > after
          const events = (): SessionEvent[] => (history.get(sessionId) ?? []).filter(wanted)
          yield* followers.follow((at) => events().slice(at), {
            ...(until === undefined ? {} : { until }),
            ...(signal === undefined ? {} : { signal }),
          })
        },
      },
      runs: {
        async submit(submission) {
          submissions.push({ submission, actor })
          const same = [...runs.values()].find(
            ({ idempotencyKey }) =>
              idempotencyKey !== null && idempotencyKey === submission.idempotencyKey,
          )
          if (same) return same
          const { sessionId, key, prompt, idempotencyKey = null } = submission
          const id = sessionId ?? `key:${key}`
          const session =
            [...sessions.values()].find((each) => each.id === id || `key:${each.key}` === id) ??
            (await as(actor).sessions.create(key === undefined ? {} : { key }))
          const run: Run = {
            ...sampleRun(),
            id: uuidV7(),
            sessionId: session.id,
            sessionKey: session.key,
            prompt,
            idempotencyKey,
            submittedBy: actor,
          }
          runs.set(run.id, run)
          const text = JSON.stringify(prompt)
          const queued = { prompt: text, ahead: 0, readyAt: run.readyAt, retryOf: null }
          emit(session.id, { type: 'run_queued', ...queued }, run.id)
          return { ...run }
        },
        get: async (id) => ({ ...found(runs.get(id), 'run', id) }),
        list: async (_filter, page) => pageOf([...runs.values()], page),
        async wait(id, { timeoutMs = 1e9, signal } = {}) {
          const endAt = performance.now() + timeoutMs
          const timeout = AbortSignal.timeout(timeoutMs)
          for (;;) {
            const again = followers.stirred()
            const run = found(runs.get(id), 'run', id)
            if (run.state !== 'queued' || performance.now() >= endAt) return { ...run }
            const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
            await Promise.race([again, aborted(either)])
            signal?.throwIfAborted()
          }
        },
        cancel: async (id) =>
          Object.assign(found(runs.get(id), 'run', id), { state: 'cancelled' as const }),
        retry: async (id) => ({ ...found(runs.get(id), 'run', id), retryOf: id }),
        interrupt: async (id) => {
          const { state } = found(runs.get(id), 'run', id)
          throw hostlerError('run_not_running', { id, state })
        },
        accept: async (id) => {
          const run = found(runs.get(id), 'run', id)
          const { state } = run
          if (state === 'cancelled') throw hostlerError('run_not_in_review', { id, state })
          return { ...run, state: 'succeeded' as const }
        },
        reject: async (id) => ({ ...found(runs.get(id), 'run', id) }),
        attempts: async (id) => [found(runs.get(id), 'run', id)].map(() => sampleAttempt()),
        async log(id, { from = 0, to = log.length } = {}) {
          found(runs.get(id), 'run', id)
          return { bytes: chunks(log.subarray(from, to)), from, to, total: log.length }
        },
      },
      requests: {
        list: async (_filter, page) => pageOf([...requests.values()], page),
        get: async (id) => found(requests.get(id), 'request', id),
        async answer(id, answer) {
          const request = found(requests.get(id), 'request', id)
          if (request.state !== 'open') {
            throw hostlerError('request_not_open', { id, how: request.state })
          }
          const state = 'answered' as const
          return Object.assign(request, { state, answer, answeredBy: actor, closedAt: Date.now() })
        },
      },
      schedules: fakeSchedules(schedules, {
        submit: ({ submission }) => as(actor).runs.submit(submission),
      }),
      accounts: {
        list: async () => [sampleAccount()],
        resume: async (id) =>
          found(id === sampleAccount().id ? sampleAccount() : undefined, 'account', id),
      },
      agents: {
        list: async () => [sampleAgent()],
        stop: async (id) => {
          if (id !== sampleAgent().id) throw hostlerError('agent_busy', { id })
        },
      },
      workers: { list: async () => [sampleWorker()] },
      tokens: {
        async create({ label, scopes }) {
          const token = { ...sampleToken(), id: uuidV7(), label, scopes }
          tokens.set(token.id, token)
          return { ...token, token: 'hst_made' }
        },
        list: async () => [...tokens.values()],
        revoke: async (id) =>
          Object.assign(found(tokens.get(id), 'token', id), { revokedAt: Date.now() }),
      },
      deliveries: {
        list: async (_filter, page) => pageOf([sampleDelivery()], page),
        resend: async (id) => ({ ...sampleDelivery(), id }),
      },
      audit: async (page) =>
        pageOf([{ id: '1', at: 1, actor, action: 'x', subjectId: null, detail: {} }], page),
      changes: ({ after, ...options } = {}) =>
        followers.follow(
          (at) => changes.filter(({ cursor }) => cursor > (after ?? '')).slice(at),
          options,
        ),
      costs: async () => sampleCosts(),
      status: async () => sampleStatus(),
      whoami: async () => ({ actor, scopes: ['admin'] }),
      as: (caller) => as(caller.actor),
      [Symbol.asyncDispose]: async () => {},
    }
  }

  return {
    ...as('test'),
    submissions,
    log,
    openStreams: () => followers.count(),
    emit,
    endRun(id) {
      const run = found(runs.get(id), 'run', id)
      const ended = { state: 'succeeded', outcome: 'ok', text: 'done' } as const
      Object.assign(run, ended, { endedAt: Date.now() })
      const event = { type: 'run_ended', ...ended, error: null, costUsd: 0, durationMs: 1 } as const
      emit(run.sessionId, event, id)
    },
    tell(change) {
      changes.push(change)
      followers.stir()
    },
    addRequest(session, run) {
      const ids = { sessionId: session.id, sessionKey: session.key, runId: run.id }
      const request = { ...sampleRequest(), id: uuidV7(), ...ids }
      requests.set(request.id, request)
      return request
    },
  }
}
