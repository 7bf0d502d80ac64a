import type { Follower } from '../clients/follow.ts'
import type { WireStream } from '../clients/watch-streams.ts'
import type { Facts } from './facts.ts'

/** Every client has seen each event of its session once, in order. */
export function proveFollowers({ sessions }: Facts, followers: readonly Follower[]): string[] {
  const lastSeqs = new Map(sessions.map(({ id, last_seq: last }) => [id, last]))
  return followers.flatMap(({ sessionId, seqs, problem }) => {
    const problems = problem === null ? [] : [`the client of ${sessionId}: ${problem}`]
    const wrong = seqs.findIndex((seq, index) => seq !== index + 1)
    if (wrong !== -1)
      problems.push(`the client of ${sessionId} saw ${seqs[wrong]} as no. ${wrong + 1}`)
    const last = lastSeqs.get(sessionId)
    if (seqs.length !== last) {
      problems.push(`the client of ${sessionId} saw ${seqs.length} of ${last} events`)
    }
    return problems
  })
}

/** Nor was any connection sent what its client had already, or with a gap: the client would not tell. */
export function proveStreams(
  followers: readonly Follower[],
  streams: readonly WireStream[],
): string[] {
  const problems: string[] = []
  const carried = new Map<string, number>()
  for (const { sessionId, after, seqs } of streams) {
    carried.set(sessionId, (carried.get(sessionId) ?? 0) + seqs.length)
    const wrong = seqs.findIndex((seq, index) => seq !== after + index + 1)
    if (wrong === -1) continue
    problems.push(
      `a stream of ${sessionId} after ${after} carried ${seqs[wrong]} as no. ${wrong + 1}`,
    )
  }
  for (const { sessionId, seqs } of followers) {
    const sent = carried.get(sessionId) ?? 0
    if (sent < seqs.length) {
      problems.push(`the streams of ${sessionId} carried ${sent} events, of ${seqs.length} seen`)
    }
  }
  return problems
}
