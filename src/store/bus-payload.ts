import type { BusMessage } from './bus.ts'

// PostgreSQL refuses payloads of 8,000 bytes and more; a part is for the envelope.
const maxBytes = 7_800

/** A message as the other processes get it, and under which key a newer one takes its place. */
export type Wire = { key: string; json: string }

/**
 * What goes over the wire. Stored events stay here, for others read them from the store; transient ones
 * are split over several messages, and one that is too long even alone is left out, as nobody may rely
 * on them.
 */
export function toWire(message: BusMessage): Wire[] {
  switch (message.type) {
    case 'ready':
      return [{ key: `ready ${message.pool}`, json: JSON.stringify(message) }]
    case 'events': {
      const { type, sessionId, seq } = message
      return [{ key: `events ${sessionId}`, json: JSON.stringify({ type, sessionId, seq }) }]
    }
    case 'control':
    case 'interest':
      return [{ key: `${message.type} ${message.sessionId}`, json: JSON.stringify(message) }]
    case 'changes':
    case 'outbox':
    case 'schedules':
    case 'dependencies':
      return [{ key: message.type, json: JSON.stringify(message) }]
    case 'transient':
      return splitTransient(message)
    default:
      return message satisfies never
  }
}

function splitTransient(message: BusMessage & { type: 'transient' }): Wire[] {
  // Each is new: none takes the place of another, here or in PostgreSQL, which delivers equal payloads
  // of one transaction once.
  const key = crypto.randomUUID()
  const json = JSON.stringify({ ...message, key })
  if (Buffer.byteLength(json) <= maxBytes) return [{ key, json }]
  if (message.events.length <= 1) return []
  const half = Math.ceil(message.events.length / 2)
  return [message.events.slice(0, half), message.events.slice(half)].flatMap((events) =>
    splitTransient({ ...message, events }),
  )
}

/** Puts the sender's id around a message. */
export function toPayload(origin: string, json: string): string {
  return `${origin} ${json}`
}

/** Anybody may notify on the channel: what is no message of another process of ours is null. */
export function parsePayload(payload: string, self: string): BusMessage | null {
  const space = payload.indexOf(' ')
  if (space === -1 || payload.slice(0, space) === self) return null
  try {
    const message: BusMessage = JSON.parse(payload.slice(space + 1))
    return typeof message.type === 'string' ? message : null
  } catch {
    return null
  }
}
