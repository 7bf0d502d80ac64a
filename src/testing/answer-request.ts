import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ServerResponse } from 'node:http'
import { pause, type Gates } from './gates.ts'
import { toHttpFailure } from './http-failure.ts'
import { toApiMessage, toStreamEvents, type StreamEvent } from './message-events.ts'
import type { ModelRequest } from './model-request.ts'
import type { CutPoint, Failure, Reply } from './script.ts'

/** What answering needs besides the reply. `signal` is aborted when the client or the server goes. */
export type AnswerContext = { gates: Gates; signal: AbortSignal }

/** Sends one scripted reply, with its pauses and failures. */
export async function answerRequest(
  response: ServerResponse,
  exchange: { request: ModelRequest; reply: Reply },
  context: AnswerContext,
): Promise<void> {
  const { request, reply } = exchange
  const { signal } = context
  if (reply.delayMs !== undefined) await pause(reply.delayMs, { signal })
  const stallsInBlock = toCutPoint(reply.failure, 'stall') === 'mid_block'
  if (reply.hold !== undefined && !stallsInBlock) await context.gates.wait(reply.hold, { signal })
  if (await breakOff(response, reply, 'before_headers', context)) return
  if (signal.aborted) return
  const failure =
    reply.failure && toHttpFailure(reply.failure, { nowMs: request.at, model: request.model })
  if (failure) {
    const { status, errorType, message } = failure
    return sendError(response, { status, errorType, message, headers: failure.headers })
  }
  if (request.stream) return sendStream(response, exchange, context)
  // A non-streaming answer has no middle: what would break off there breaks off before it.
  if (await breakOff(response, reply, 'mid_block', context)) return
  const body = toApiMessage(toPlayed(reply), toIds(request))
  sendJson(response, { status: 200, body, headers: reply.headers ?? {} })
}

/** An error in the API's form. */
export function sendError(
  response: ServerResponse,
  error: { status: number; errorType: string; message: string; headers?: Record<string, string> },
): void {
  const body = { type: 'error', error: { type: error.errorType, message: error.message } }
  sendJson(response, { status: error.status, body, headers: error.headers ?? {} })
}

export function sendJson(
  response: ServerResponse,
  answer: { status: number; body: unknown; headers?: Record<string, string> },
): void {
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
  response.end(JSON.stringify(answer.body))
}

async function sendStream(
  response: ServerResponse,
  { request, reply }: { request: ModelRequest; reply: Reply },
  context: AnswerContext,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    'request-id': `req_${request.index}`,
    ...reply.headers,
  })
  const events = toStreamEvents(toApiMessage(toPlayed(reply), toIds(request)), reply.pace)
  const half = Math.ceil(events.lastBlock.length / 2)
  const send = (part: StreamEvent[]): Promise<void> => sendEvents(response, part, reply, context)
  await send([...events.head, ...events.lastBlock.slice(0, half)])
  if (await breakOff(response, reply, 'mid_block', context)) return
  if (reply.failure?.kind === 'stream_error') {
    const { errorType = 'overloaded_error', message = 'Overloaded' } = reply.failure
    await send([{ type: 'error', error: { type: errorType, message } }])
  } else {
    await send([...events.lastBlock.slice(half), ...events.tail])
  }
  response.end()
}

async function sendEvents(
  response: ServerResponse,
  events: StreamEvent[],
  reply: Reply,
  { signal }: AnswerContext,
): Promise<void> {
  const delayMs = reply.pace?.delayMs ?? 0
  for (const event of events) {
    if (delayMs > 0 && event.type === 'content_block_delta') await pause(delayMs, { signal })
    if (signal.aborted) return
    const isTaken = response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    if (!isTaken) await untilDrained(response, signal)
  }
}

/** Drops or stalls here, if the reply is to; `true` means that nothing more is to be sent. */
async function breakOff(
  response: ServerResponse,
  reply: Reply,
  at: CutPoint,
  { gates, signal }: AnswerContext,
): Promise<boolean> {
  if (toCutPoint(reply.failure, 'stall') === at) {
    await gates.wait(reply.hold ?? 'stall', { signal })
  }
  if (toCutPoint(reply.failure, 'drop') === at) {
    // What was written must reach the client before the connection goes.
    await nextTurn()
    if (at === 'mid_block') response.destroy()
    else response.socket?.resetAndDestroy()
    return true
  }
  return signal.aborted
}

function toCutPoint(failure: Failure | undefined, kind: 'drop' | 'stall'): CutPoint | null {
  return failure?.kind === kind ? (failure.at ?? 'before_headers') : null
}

function toPlayed(reply: Reply): Reply {
  const { failure, ...rest } = reply
  if (failure?.kind === 'refusal') return { content: [], stopReason: 'refusal', ...rest }
  if (failure?.kind === 'empty') return { content: [], ...rest }
  return rest
}

function toIds(request: ModelRequest): { model: string; serial: string } {
  return { model: request.model, serial: `${request.at.toString(36)}_${request.index}` }
}

async function untilDrained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const settle = (): void => {
      signal.removeEventListener('abort', settle)
      response.off('drain', settle)
      resolve()
    }
    signal.addEventListener('abort', settle)
    response.on('drain', settle)
  })
}
