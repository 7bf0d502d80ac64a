import { z } from 'zod'
import type { SessionEvent, StoredEvent, TransientEvent } from '../../events/session-event.ts'
import { agentEventSchema, deltaEventSchema } from './agent-event-schema.ts'
import { time } from './fields.ts'
import { serviceEventSchema } from './service-event-schema.ts'

const placed = { at: time, sessionId: z.string(), runId: z.string().nullable() }

const storedEventSchema: z.ZodType<StoredEvent> = z.intersection(
  z.object({ ...placed, seq: z.number() }),
  z.union([serviceEventSchema, agentEventSchema]),
)

const transientEventSchema: z.ZodType<TransientEvent> = z.intersection(
  z.object({ ...placed, seq: z.null() }),
  deltaEventSchema,
)

/** Everything that a subscriber of a session gets to see. */
export const sessionEventSchema: z.ZodType<SessionEvent> = z.union([
  storedEventSchema,
  transientEventSchema,
])
