import { z } from 'zod'
import { hostlerError } from '../../errors.ts'
import { toError } from '../../util/to-error.ts'
import { whole } from '../../service/api-schema/fields.ts'
import { parseInput } from '../../service/api-schema/parse-input.ts'
import type { Call, Endpoint } from '../routing/endpoint.ts'
import { parseRange } from '../routing/parse-range.ts'

const attemptQuery: z.ZodType<{ attempt?: number }> = z.strictObject({
  attempt: whole({ from: 1, to: 1_000_000 }).exactOptional(),
})

/** What the agent wrote, byte for byte. */
export const runLog: Endpoint = {
  method: 'GET',
  path: '/v1/runs/{id}/log',
  tag: 'runs',
  summary: 'Download the raw output of an attempt',
  description: 'What `claude` wrote to its standard output, byte for byte: JSON lines.',
  access: ['read'],
  query: [{ name: 'attempt', kind: 'integer', description: 'Its number. Default: the last one.' }],
  headers: [{ name: 'Range', description: '`bytes=0-99`, `bytes=100-` or `bytes=-100`.' }],
  answers: {
    200: { description: 'All of it.', mediaTypes: { 'application/x-ndjson': 'The raw output.' } },
    206: {
      description: 'The part that was asked for.',
      mediaTypes: { 'application/x-ndjson': 'A part of the raw output.' },
      headers: { 'Content-Range': 'Which part it is.' },
    },
  },
  errors: ['not_found', 'range_not_satisfiable'],
  handle: answerLog,
}

async function answerLog(call: Call): Promise<Response> {
  const { hostler, request, params } = call
  const id = params['id'] ?? ''
  const which = parseInput(attemptQuery, call.query, { name: 'query' })
  const options = { ...which, signal: request.signal }
  const range = request.headers.get('range')
  const headers = new Headers({
    'content-type': 'application/x-ndjson',
    'accept-ranges': 'bytes',
    'content-disposition': `attachment; filename="${encodeURIComponent(id)}.jsonl"`,
  })
  if (range === null) {
    const { bytes, from, to } = await hostler.runs.log(id, options)
    headers.set('content-length', String(to - from))
    return new Response(toBody(call, bytes), { headers })
  }
  // How much there is must be known before "the last 100 bytes" can be understood.
  const { total } = await hostler.runs.log(id, { ...options, from: 0, to: 0 })
  const part = parseRange(range, total)
  if (part === null) throw hostlerError('range_not_satisfiable', { range, total })
  const log = await hostler.runs.log(id, { ...options, ...part })
  headers.set('content-length', String(log.to - log.from))
  headers.set('content-range', `bytes ${log.from}-${log.to - 1}/${log.total}`)
  return new Response(toBody(call, log.bytes), { status: 206, headers })
}

// Fewer bytes than were promised would leave the client waiting for the rest.
function toBody({ cut, services }: Call, bytes: AsyncIterable<Uint8Array>): ReadableStream {
  async function* untilBroken(): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes
    } catch (error) {
      services.log.warn({ err: toError(error) }, 'a log could not be read to its end')
      cut()
    }
  }
  return ReadableStream.from(untilBroken())
}
