import type { SessionEvent } from '../../events/session-event.ts'
import type { Change } from '../../service/contract/operations.ts'
import type { Run } from '../../service/contract/run.ts'
import type { Problem } from '../problem.ts'
import { createEncode, type Encode } from './encode.ts'

/** What stands at the head of a stream that began with a submission. */
export type RunOpening = { type: 'run'; run: Run }

export type StreamItem = SessionEvent | RunOpening | Change

/** How a stream is written. */
export type StreamFormat = Notation & { encode: Encode }

export type StreamFormats = { serverSentEvents: StreamFormat; jsonLines: StreamFormat }

type Notation = {
  mediaType: string
  /** Written at once, so that the client knows that it is connected. */
  opening: string
  heartbeat: string
  /** What a client is told that should come back soon, as the server stops. */
  farewell(): string
  item: (item: StreamItem) => string
  problem(problem: Problem): string
}

/** Server-sent events. Only what is stored has an `id`, so that `Last-Event-ID` is a place to go on. */
const serverSentEvents: Notation = {
  mediaType: 'text/event-stream',
  opening: 'retry: 500\n\n',
  heartbeat: ':\n\n',
  // Spread, for all of them are told at the same moment.
  farewell: () => `retry: ${500 + Math.floor(Math.random() * 1500)}\n\n`,
  item(item) {
    const id = idOf(item)
    const data = JSON.stringify(item)
    return `${id === null ? '' : `id: ${id}\n`}event: ${nameOf(item)}\ndata: ${data}\n\n`
  },
  problem: (problem) => `event: problem\ndata: ${JSON.stringify(problem)}\n\n`,
}

/** One JSON object a line; an empty line is a sign of life. */
const jsonLines: Notation = {
  mediaType: 'application/jsonl',
  opening: '\n',
  heartbeat: '\n',
  farewell: () => '',
  item: (item) => `${JSON.stringify(item)}\n`,
  problem: (problem) => `${JSON.stringify({ ...problem, type: 'problem' })}\n`,
}

function idOf(item: StreamItem): string | null {
  if ('cursor' in item) return item.cursor
  return 'seq' in item && item.seq !== null ? String(item.seq) : null
}

function nameOf(item: StreamItem): string {
  return 'cursor' in item ? item.kind : item.type
}

/** Both formats, each with its memory of what it has written already. */
export function createStreamFormats(): StreamFormats {
  return {
    serverSentEvents: { ...serverSentEvents, encode: createEncode(serverSentEvents.item) },
    jsonLines: { ...jsonLines, encode: createEncode(jsonLines.item) },
  }
}

/** The format that `Accept` asks for, or null when it asks for neither. */
export function acceptedFormat(request: Request, formats: StreamFormats): StreamFormat | null {
  const accept = request.headers.get('accept') ?? ''
  if (/application\/(jsonl|x-ndjson)\b/i.test(accept)) return formats.jsonLines
  return /text\/event-stream\b/i.test(accept) ? formats.serverSentEvents : null
}
