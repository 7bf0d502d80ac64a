import type { ModelRequest } from '../../../src/testing/index.ts'
import type { Answered } from '../clients/answer.ts'
import type { Follower } from '../clients/follow.ts'
import type { Accepted } from '../clients/submit.ts'
import type { WireStream } from '../clients/watch-streams.ts'
import type { FakeRecord } from '../fake/records.ts'
import type { Planned } from '../mix.ts'
import type { ChaosWorld } from '../world.ts'
import type { Facts } from './facts.ts'
import { proveEnds } from './prove-ends.ts'
import { proveFollowers, proveStreams } from './prove-followers.ts'
import { proveLeftovers } from './prove-leftovers.ts'
import { proveModel } from './prove-model.ts'
import { proveMoney } from './prove-money.ts'
import { proveOrder } from './prove-order.ts'
import { provePlays } from './prove-plays.ts'
import { proveRelations } from './prove-relations.ts'
import { proveRequests } from './prove-requests.ts'
import { proveRules } from './prove-rules.ts'
import { proveSchedules } from './prove-schedules.ts'
import { proveSums } from './prove-sums.ts'

/** What everybody who took part has seen. */
export type Witnesses = {
  agents: 'fake' | 'real'
  world: ChaosWorld
  mix: readonly Planned[]
  accepted: Accepted
  answered: Answered
  followers: readonly Follower[]
  streams: readonly WireStream[]
  records: readonly FakeRecord[]
  requests: readonly ModelRequest[]
}

/** All that must not be, and is. */
export function proveAll(facts: Facts, seen: Witnesses): string[] {
  const { agents, world, mix, accepted, answered, followers, streams, records, requests } = seen
  const isSteered = ({ submission }: Planned): boolean => submission.onBusy === 'steer'
  const steered = new Set(mix.filter(isSteered).map(({ name }) => name))
  return [
    ...accepted.problems,
    ...proveEnds(facts, accepted),
    ...proveOrder(facts),
    ...(agents === 'fake'
      ? provePlays(facts, { records, steered })
      : proveModel(facts, { requests, steered })),
    ...proveSums(facts),
    ...proveRequests(facts, answered),
    ...proveRules(facts, agents),
    ...proveRelations(facts, accepted),
    ...proveMoney(facts),
    ...proveSchedules(facts),
    ...proveFollowers(facts, followers),
    ...proveStreams(followers, streams),
    ...proveLeftovers(world, facts),
  ]
}
