import { createParser } from 'eventsource-parser'

/** What one connection to a session's events has carried, before the client drops what it knows. */
export type WireStream = {
  sessionId: string
  /** What the client asked to go on after. */
  after: number
  seqs: number[]
}

const eventsPath = /\/v1\/sessions\/([^/]+)\/events$/

/** A `fetch` that notes what each stream of events carries: who is sent an event twice would not tell. */
export function watchStreams(onStream: (stream: WireStream) => void): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    const url = new URL(input instanceof Request ? input.url : input)
    const sessionId = eventsPath.exec(url.pathname)?.[1]
    if (sessionId === undefined || !response.ok || response.body === null) return response
    const after = Number(new Headers(init?.headers).get('last-event-id'))
    const stream: WireStream = { sessionId, after, seqs: [] }
    onStream(stream)
    const parser = createParser({ onId: (id) => stream.seqs.push(Number(id)) })
    const decoder = new TextDecoder()
    const noting = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        parser.feed(decoder.decode(chunk, { stream: true }))
        controller.enqueue(chunk)
      },
    })
    return new Response(response.body.pipeThrough(noting), response)
  }
}
