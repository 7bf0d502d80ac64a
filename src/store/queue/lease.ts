/** The right to act for a session: good as long as the session's row has this fence. */
export type Lease = { sessionId: string; fence: number }
