import type { Endpoint } from '../routing/endpoint.ts'
import { readFeedPosition } from '../stream/read-position.ts'
import { acceptedFormat } from '../stream/formats.ts'
import { streamAnswer } from '../stream/stream-answer.ts'
import { streamMediaTypes } from './session-events.ts'

/** What a dashboard listens to. */
export const changes: Endpoint = {
  method: 'GET',
  path: '/v1/events',
  tag: 'operations',
  summary: 'Follow everything',
  description:
    'The changes of state of all sessions, runs, requests, agents and workers: from now, or after a cursor. `event` is the kind of what changed, `id` its cursor.',
  access: ['read'],
  query: [
    { name: 'after', kind: 'text', description: 'The cursor after which to begin.' },
    {
      name: 'until',
      kind: 'text',
      values: ['now'],
      description: '`now`: end after what there is, instead of going on live.',
    },
  ],
  headers: [{ name: 'Last-Event-ID', description: 'The last `id` that was read.' }],
  answers: { 200: { description: 'The stream.', mediaTypes: streamMediaTypes } },
  async handle(call) {
    const { hostler, request, query, services } = call
    const position = readFeedPosition(request, query)
    return streamAnswer(call, {
      format: acceptedFormat(request, services.formats) ?? services.formats.serverSentEvents,
      open: (signal) => hostler.changes({ ...position, signal }),
    })
  },
}
