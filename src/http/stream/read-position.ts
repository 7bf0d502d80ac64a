import { z } from 'zod'
import { parseInput } from '../../service/api-schema/parse-input.ts'
import { line, whole } from '../../service/api-schema/fields.ts'

const seq = whole({ from: 0, to: Number.MAX_SAFE_INTEGER })
const until = z.enum(['now'])

const positionSchema: z.ZodType<{ after?: number; until?: 'now' }> = z.strictObject({
  after: seq.exactOptional(),
  until: until.exactOptional(),
})

const feedPositionSchema: z.ZodType<{ after?: string; until?: 'now' }> = z.strictObject({
  after: line(500).exactOptional(),
  until: until.exactOptional(),
})

type Query = Readonly<Record<string, unknown>>

/**
 * Where a session's stream begins. A browser that reconnects repeats the address with its old `after`
 * and adds `Last-Event-ID`: the header is the newer of the two.
 */
export function readPosition(request: Request, query: Query): { after?: number; until?: 'now' } {
  const last = request.headers.get('last-event-id')
  if (last === null) {
    return parseInput(positionSchema, pick(query, query['after']), { name: 'query' })
  }
  const after = /^\d{1,16}$/.test(last) ? Number(last) : last
  parseInput(z.strictObject({ 'Last-Event-ID': seq }), { 'Last-Event-ID': after }, header)
  return parseInput(positionSchema, pick(query, after), header)
}

/** The same for the feed of everything, whose places are cursors. */
export function readFeedPosition(
  request: Request,
  query: Query,
): { after?: string; until?: 'now' } {
  const after = request.headers.get('last-event-id') ?? query['after']
  return parseInput(feedPositionSchema, pick(query, after), { name: 'query' })
}

const header = { name: 'header' }

function pick(query: Query, after: unknown): { after: unknown; until: unknown } {
  return { after, until: query['until'] }
}
