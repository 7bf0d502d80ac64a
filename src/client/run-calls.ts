import type { Hostler } from '../service/contract/hostler.ts'
import type { Run } from '../service/contract/run.ts'
import { backoffMs, pause } from './backoff.ts'
import { isUnreachable, type Connection } from './connection.ts'
import { toLabelQuery } from './query.ts'
import { readRunLog } from './run-log.ts'
import { toSubmissionBody } from './submission-body.ts'
import { caller } from './typed-calls.ts'

// What the server takes at most.
const longestWaitS = 60
// The server waits for whole seconds; the rest is asked for in steps of this.
const stepMs = 50
const uploadTimeoutMs = 600_000

export function runCalls(connection: Connection): Hostler['runs'] {
  const { get, post, list, all } = caller(connection)

  /** A server that starts anew does not end the wait: the run goes on in its agent meanwhile. */
  async function wait(
    id: string,
    { timeoutMs, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<Run> {
    const endAt = timeoutMs === undefined ? Infinity : performance.now() + timeoutMs
    let failures = 0
    for (let isFirst = true; ; isFirst = false) {
      const leftMs = Math.max(0, endAt - performance.now())
      const seconds = Math.min(longestWaitS, Math.floor(leftMs / 1000))
      const askedAt = performance.now()
      try {
        // One question after the other, for as long as it takes.
        const run = await connection.json<Run>({
          path: pathOf(id),
          query: { wait: seconds === 0 ? undefined : seconds },
          signal,
          timeoutMs: (seconds + longestWaitS) * 1000,
        })
        failures = 0
        if (run.endedAt !== null || performance.now() >= endAt) return run
        // A server that stops answers early.
        const isEarly = performance.now() - askedAt < stepMs
        if (isEarly) await pause(Math.min(stepMs, leftMs), [signal, connection.closing])
      } catch (error) {
        if (isFirst || !isUnreachable(error) || performance.now() >= endAt) throw error
        await pause(Math.min(backoffMs(failures), leftMs), [signal, connection.closing])
        failures++
      }
    }
  }

  return {
    submit(submission, call) {
      const body = toSubmissionBody(submission)
      return connection.json({
        method: 'POST',
        path: '/v1/runs',
        body,
        signal: call?.signal,
        isRepeatable: true,
        ...(body instanceof FormData && { timeoutMs: uploadTimeoutMs }),
      })
    },
    get: (id, call) => get(pathOf(id), call),
    list(filter = {}, page) {
      const { labels, ...rest } = filter
      return list('/v1/runs', { ...rest, label: toLabelQuery(labels) }, page)
    },
    wait,
    cancel: (id, call) => post(`${pathOf(id)}/cancel`, {}, call),
    retry: (id, call) => post(`${pathOf(id)}/retry`, {}, call),
    interrupt: (id, call) => post(`${pathOf(id)}/interrupt`, {}, call),
    accept: (id, call) => post(`${pathOf(id)}/accept`, {}, call),
    reject: (id, { comment, signal }) =>
      post(`${pathOf(id)}/reject`, { comment }, signal === undefined ? {} : { signal }),
    attempts: (id, call) => all(`${pathOf(id)}/attempts`, call),
    log: (id, options = {}) => readRunLog(connection, `${pathOf(id)}/log`, options),
  }
}

function pathOf(id: string): string {
  return `/v1/runs/${encodeURIComponent(id)}`
}
