import { setTimeout as sleep } from 'node:timers/promises'
import { connectHostler } from '../../src/client/index.ts'
import { limitConcurrency } from '../../src/util/limit-concurrency.ts'
import { untilCaughtUp, untilIdle, within } from './await-calm.ts'
import { type Answered, answerRequests } from './clients/answer.ts'
import { followSession, type Follower } from './clients/follow.ts'
import { makeSchedules, pauseSchedules } from './clients/keep-schedules.ts'
import { type Accepted, noneAccepted, submitPlanned } from './clients/submit.ts'
import { watchStreams, type WireStream } from './clients/watch-streams.ts'
import { readRecords } from './fake/records.ts'
import { type Phase, startFleet } from './fleet.ts'
import { planMix, type Planned } from './mix.ts'
import { planKills } from './plan-kills.ts'
import { proveAll } from './proofs/prove-all.ts'
import { type Facts, readFacts } from './proofs/facts.ts'
import { randomOf } from './random.ts'
import { openChaosWorld, type WorldOptions } from './world.ts'

export type ChaosOptions = WorldOptions & {
  /** Where everything is kept; it must be there, and be empty. */
  root: string
  seed: number
  kills: number
  prompts: number
  /** How long the work may take to its end when nobody dies any more. */
  settleMs: number
  /** Ends the killing early: what was done so far is proved. */
  enough?: AbortSignal
  onProgress?: (line: string) => void
}

/** What a chaos did and what it found. */
export type ChaosReport = {
  /** Empty when all is proved. */
  problems: string[]
  phases: Record<Phase, number>
  agentsKilled: number
  answered: Answered
  accepted: Accepted
  followers: Follower[]
  streams: WireStream[]
  facts: Facts
  known: number
  durationMs: number
}

const mostPatienceMs = 10_000

/** Lets clients work while hostlers are killed, and then proves that nothing has come of it. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { root, seed, kills, prompts, agents, settleMs, onProgress = () => undefined } = options
  const startedAt = performance.now()
  await using world = await openChaosWorld(root, options)
  const streams: WireStream[] = []
  const watched = watchStreams((stream) => streams.push(stream))
  await using hostler = connectHostler({ url: world.url, fetch: watched })
  const stopping = new AbortController()
  const { signal } = stopping
  const mix = planMix(seed, { prompts, sessions: options.sessions })
  const planByName = new Map(mix.map((one) => [one.name, one]))
  const accepted = noneAccepted()
  const followers = new Map<string, Follower>()
  const following: Promise<void>[] = []
  const phases: Record<Phase, number> = { starting: 0, 'in mid-turn': 0, 'between turns': 0 }
  const problems: string[] = []
  const answered: Answered = { times: new Map(), rejected: new Set(), problems: [] }
  let [agentsKilled, killed] = [0, 0]

  function onSession(sessionId: string): void {
    if (followers.has(sessionId)) return
    const follower: Follower = { sessionId, seqs: [], problem: null }
    followers.set(sessionId, follower)
    const random = randomOf(seed, `follower ${followers.size}`)
    following.push(followSession(hostler, follower, { random, signal }))
  }

  /** As many for each death, so that the last one finds work, too. */
  async function submitAll(): Promise<void> {
    const submit = limitConcurrency(24)
    const all: Promise<void>[] = []
    for (const [index, planned] of mix.entries()) {
      const isHeldBack = (): boolean =>
        index / mix.length > (killed + 1) / (kills + 1) && options.enough?.aborted !== true
      while (isHeldBack()) {
        await sleep(20, undefined, { signal })
      }
      const given = { accepted, onSession, signal }
      all.push(submit(() => submitPlanned(hostler, planned, given)))
    }
    await Promise.all(all)
  }

  /** A busy machine must not be given only deaths: there must have been work, too. */
  async function untilSubmitted(count: number): Promise<void> {
    const until = performance.now() + mostPatienceMs
    while (accepted.runs.size < count && performance.now() < until) await sleep(20)
  }

  const fleet = startFleet(world)
  try {
    await fleet.ready()
    await makeSchedules(hostler, signal)
    const planOf = (name: string): Planned | undefined => planByName.get(name)
    const answering = [1, 2].map(() => answerRequests(hostler, { planOf, answered, signal }))
    const submitting = submitAll()
    submitting.catch(() => undefined)
    for (const plan of planKills(seed, kills)) {
      if (options.enough?.aborted === true) break
      if (plan.when === 'working') {
        await fleet.ready()
        await untilSubmitted((killed * prompts) / (kills + 1))
      }
      const { phase, place, agentKilled } = await fleet.kill(plan)
      phases[phase] += 1
      killed += 1
      if (agentKilled) agentsKilled += 1
      const told = `${accepted.runs.size} accepted, ${answered.times.size} answered`
      onProgress(
        `kill ${killed}/${kills}: ${place}, ${phase}${agentKilled ? ', an agent too' : ''}; ${told}`,
      )
    }
    await fleet.ready()
    onProgress('nobody is killed any more')
    await within(settleMs, submitting, 'not all was submitted', problems)
    await within(settleMs, pauseSchedules(hostler, signal), 'schedules were not paused', problems)
    await within(
      settleMs,
      untilIdle(hostler, signal, onProgress),
      'not all runs have ended',
      problems,
    )
    await within(
      10_000,
      untilCaughtUp(hostler, [...followers.values()], signal),
      'followers are behind',
      problems,
    )
    stopping.abort()
    await Promise.allSettled([...following, ...answering, submitting])
    problems.push(...(await fleet.stop()))
  } finally {
    stopping.abort()
    await fleet.killAll()
  }
  const facts = await readFacts(world)
  const records = readRecords(world.records)
  const all = [...followers.values()]
  const { requests } = world.model
  const proven = { agents, world, mix, accepted, answered, records, requests, streams }
  problems.push(...proveAll(facts, { ...proven, followers: all }))
  return {
    problems,
    phases,
    agentsKilled,
    answered,
    accepted,
    followers: all,
    streams,
    facts,
    known: records.filter(({ what }) => what === 'known').length,
    durationMs: Math.round(performance.now() - startedAt),
  }
}
