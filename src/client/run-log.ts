import { describeFailure, toUnreachable } from './problem-error.ts'
import type { Connection, OpenAnswer } from './connection.ts'

/** A part of the raw output of an attempt. `from` and `to` (exclusive) are what really came. */
export type LogPart = {
  bytes: AsyncIterable<Uint8Array>
  from: number
  to: number
  total: number
}

/** Reads by HTTP ranges (RFC 9110). */
export async function readRunLog(
  connection: Connection,
  path: string,
  options: { attempt?: number; from?: number; to?: number; signal?: AbortSignal },
): Promise<LogPart> {
  const { attempt, from = 0, to, signal } = options
  if (to !== undefined && to <= from) {
    const { total } = await readRunLog(connection, path, { ...options, from: 0, to: 1 })
    const at = Math.min(from, total)
    return { bytes: noBytes(), from: at, to: at, total }
  }
  const answer = await connection.open({
    path,
    query: { attempt },
    headers: {
      accept: '*/*',
      ...((from > 0 || to !== undefined) && {
        range: `bytes=${from}-${to === undefined ? '' : to - 1}`,
      }),
    },
    signal,
    expects: 416,
  })
  const { response } = answer
  const [, first, last, size] =
    /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(response.headers.get('content-range') ?? '') ?? []
  if (response.status === 416) {
    answer.end()
    const total = Number(size ?? 0)
    return { bytes: noBytes(), from: total, to: total, total }
  }
  if (first === undefined || last === undefined) {
    const total = Number(response.headers.get('content-length') ?? 0)
    return { bytes: readBytes(answer, connection.url), from: 0, to: total, total }
  }
  return {
    bytes: readBytes(answer, connection.url),
    from: Number(first),
    to: Number(last) + 1,
    total: Number(size),
  }
}

async function* readBytes(
  { response, end }: OpenAnswer,
  url: string,
): AsyncGenerator<Uint8Array, void> {
  const reader = response.body?.getReader()
  try {
    for (;;) {
      // The chunks of one body come one after the other.
      const read = await reader?.read()
      if (read?.value === undefined) return
      yield read.value
    }
  } catch (error) {
    throw toUnreachable(url, `the log broke off: ${describeFailure(error)}`, error)
  } finally {
    end()
  }
}

async function* noBytes(): AsyncGenerator<Uint8Array, void> {}
