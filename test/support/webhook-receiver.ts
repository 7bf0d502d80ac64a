import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { text } from 'node:stream/consumers'

export type ReceivedWebhook = { headers: IncomingHttpHeaders; body: string; path: string }

export type WebhookReceiver = AsyncDisposable & {
  url: string
  readonly received: ReceivedWebhook[]
}

/** An endpoint on loopback; `answer` says what each message gets, 200 without it. */
export async function startWebhookReceiver(
  answer: (response: ServerResponse, message: ReceivedWebhook, index: number) => void = (
    response,
  ) => response.end(),
): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = []
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const message = { headers: request.headers, body: await text(request), path: request.url ?? '' }
    received.push(message)
    answer(response, message, received.length - 1)
  }
  const server = createServer((request, response) => void receive(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : null
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
