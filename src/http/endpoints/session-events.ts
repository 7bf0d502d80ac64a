import type { Call, Endpoint } from '../routing/endpoint.ts'
import { readPosition } from '../stream/read-position.ts'
import { acceptedFormat } from '../stream/formats.ts'
import { streamAnswer } from '../stream/stream-answer.ts'

export const streamMediaTypes: Readonly<Record<string, string>> = {
  'text/event-stream':
    'Server-sent events: `id` (only what is stored has one), `event` (its type), `data` (JSON).',
  'application/jsonl': 'One JSON object a line; empty lines are signs of life.',
}

/** What was stored, then live. */
export const sessionEvents: Endpoint = {
  method: 'GET',
  path: '/v1/sessions/{id}/events',
  tag: 'sessions',
  summary: 'Follow a session',
  description:
    'What was stored after `after` (default 0: from the beginning), then live, without gap or repeat. Text deltas are not stored, and have no `seq` and no `id`; the finished block follows. A client that reconnects sends `Last-Event-ID`, which goes before `after`. If something fails on the way, an event `problem` with problem details comes last.',
  access: ['read'],
  query: [
    { name: 'after', kind: 'integer', description: 'The `seq` after which to begin.' },
    {
      name: 'transient',
      kind: 'boolean',
      description: 'Whether deltas are wanted, too. Default true.',
    },
    {
      name: 'until',
      kind: 'text',
      values: ['now'],
      description: '`now`: end after what there is, instead of going on live.',
    },
  ],
  headers: [
    { name: 'Last-Event-ID', description: 'The last `id` that was read.' },
    { name: 'Accept', description: '`application/jsonl` for lines instead of server-sent events.' },
  ],
  answers: { 200: { description: 'The stream.', mediaTypes: streamMediaTypes } },
  errors: ['not_found'],
  handle: answerEvents,
}

async function answerEvents(call: Call): Promise<Response> {
  const { hostler, request, query, services } = call
  const position = readPosition(request, query)
  // Asked before the stream begins, as afterwards its status could not be 404 any more.
  const { id } = await hostler.sessions.get(call.params['id'] ?? '', { signal: request.signal })
  const transient = query['transient'] !== false
  return streamAnswer(call, {
    format: acceptedFormat(request, services.formats) ?? services.formats.serverSentEvents,
    open: (signal) => hostler.sessions.events(id, { ...position, transient, signal }),
  })
}
