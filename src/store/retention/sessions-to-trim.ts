import type { Reader } from '../reader.ts'

/** Which sessions of a profile have events that its retention does not keep. */
export type TrimQuery = {
  profile: string
  maxAgeMs?: number | undefined
  maxBytes?: number | undefined
}

/** Their ids, in order, `limit` of those after `after`. */
export async function sessionsToTrim(
  store: Reader,
  { profile, maxAgeMs, maxBytes }: TrimQuery,
  page: { after: string; limit: number },
): Promise<string[]> {
  const rows = await store.db
    .selectFrom('sessions')
    .select('id')
    .where('profile', '=', profile)
    .where('id', '>', page.after)
    .where((eb) =>
      eb.or([
        ...(maxBytes === undefined ? [] : [eb('event_bytes', '>', maxBytes)]),
        ...(maxAgeMs === undefined
          ? []
          : [
              // The oldest one that is kept says whether there is anything to do.
              eb.exists(
                eb
                  .selectFrom('events')
                  .select('events.seq')
                  .whereRef('events.session_id', '=', 'sessions.id')
                  .whereRef('events.seq', '=', 'sessions.first_seq')
                  .where('events.at', '<', Date.now() - maxAgeMs),
              ),
            ]),
      ]),
    )
    .orderBy('id')
    .limit(page.limit)
    .execute()
  return rows.map(({ id }) => id)
}
