import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendError, sendJson } from './answer-request.ts'
import type { ModelRequest } from './model-request.ts'

/** Answers what takes no reply: a dry script, `count_tokens`, and paths that are not served. */
export function sendUnscripted(response: ServerResponse, request: ModelRequest): void {
  if (request.reply.from === 'dry') {
    const message = `the script ran dry: no reply is left for request ${request.index}, whose last user text is ${JSON.stringify(request.lastUserText.slice(0, 200))}`
    return sendError(response, { status: 400, errorType: 'invalid_request_error', message })
  }
  if (request.reply.from === 'server' && request.reply.what === 'count_tokens') {
    // About four characters a token.
    return sendJson(response, {
      status: 200,
      body: { input_tokens: Math.ceil(request.conversation.length / 4) },
    })
  }
  sendError(response, {
    status: 404,
    errorType: 'not_found_error',
    message: `${request.method} ${request.path} is not served here`,
  })
}

/** The body as text; `null` when the client hung up before its end. */
export async function readBody(incoming: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of incoming) chunks.push(chunk)
  } catch {
    return null
  }
  return Buffer.concat(chunks).toString('utf8')
}
