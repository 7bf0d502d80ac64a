import { z } from 'zod'
import type { SessionEvent } from '../../events/session-event.ts'
import { whole } from '../api-schema/fields.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { findSession } from './find-session.ts'
import type { Front } from './front.ts'

export type FollowOptions = {
  after?: number
  transient?: boolean
  until?: 'now'
  signal?: AbortSignal
}

const followSchema: z.ZodType<Omit<FollowOptions, 'signal'>> = z.strictObject({
  after: whole({ from: 0, to: Number.MAX_SAFE_INTEGER }).exactOptional(),
  transient: z.boolean({ error: 'true or false' }).exactOptional(),
  until: z.literal('now').exactOptional(),
})

/** The events of a session, for one subscriber. @throws not_found, invalid_input as it begins */
export async function* followSession(
  { context, streams }: Front,
  id: string,
  { signal, ...rest }: FollowOptions = {},
): AsyncGenerator<SessionEvent, void> {
  const options = parseInput(followSchema, rest, { name: 'options' })
  const session = await findSession(context.store, id)
  const range = { transient: true, ...options }
  yield* streams.subscribe(session.id, { ...range, ...(signal === undefined ? {} : { signal }) })
}
