import { z } from 'zod'

/** The calls that are being answered, to be cancelled by another request of the same client. */
export type CallsUnderWay = {
  /** Gives the request a signal that aborts when it is cancelled, too; `end` when it is answered. */
  begin(request: Request, asked: Asked): { request: Request; end: () => void }
  /** Ends the call that the message is about, if it is one that cancels. */
  cancel(asked: Asked): void
}

/**
 * `client` is one that nobody else can be, its token and the session id that it was given; null for one
 * without, whose calls could be taken for another's.
 */
export type Asked = { client: string | null; message: object }

const requestId = z.union([z.string(), z.number()])
const callSchema = z.object({ id: requestId })
const cancelSchema = z.object({
  method: z.literal('notifications/cancelled'),
  params: z.object({ requestId }),
})

/**
 * In the protocol of 2025 a client cancels by a request of its own, and leaves the answer open: a call that
 * waits for an hour would go on for an hour.
 */
export function createCallsUnderWay(): CallsUnderWay {
  const calls = new Map<string, AbortController>()
  return {
    begin(request, { client, message }) {
      const call = callSchema.safeParse(message)
      if (client === null || !call.success) return { request, end: () => undefined }
      const key = keyOf(client, call.data.id)
      const cancelled = new AbortController()
      calls.set(key, cancelled)
      const signal = AbortSignal.any([request.signal, cancelled.signal])
      const { url, method, headers } = request
      return {
        request: new Request(url, { method, headers, signal }),
        end() {
          if (calls.get(key) === cancelled) calls.delete(key)
        },
      }
    },
    cancel({ client, message }) {
      const cancel = cancelSchema.safeParse(message)
      if (client === null || !cancel.success) return
      calls.get(keyOf(client, cancel.data.params.requestId))?.abort()
    },
  }
}

function keyOf(client: string, id: string | number): string {
  return `${client} ${JSON.stringify(id)}`
}
