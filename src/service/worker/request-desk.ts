import type { AgentEvent, DeltaEvent } from '../../events/agent-event.ts'
import type { HumanRequest } from '../../events/human-request.ts'
import type { PermissionDecided } from '../../events/session-event.ts'
import { toError } from '../../util/to-error.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'
import type { Agent } from '../../agent/index.ts'
import type { NewDelivery } from '../../store/outbox.ts'
import type { RequestRow } from '../../store/tables.ts'
import { closeRequest, type NewRequest } from '../../store/requests.ts'
import {
  markDelivered,
  unsettledRequestsOf,
  relinkRequest,
  undeliveredAnswers,
} from '../../store/request-answers.ts'
import type { Profile } from '../contract/profile.ts'
import { decideAlone } from './decide-alone.ts'
import { toNewRequest } from './new-request.ts'
import type { Serve, Worker } from './worker-parts.ts'
import { retryWhileHeld } from './retry-while-held.ts'
import { sameQuestion } from './same-question.ts'
import { toAgentAnswer } from './to-agent-answer.ts'
import { watchHumanWait } from './wait-for-humans.ts'

type Storable = Exclude<AgentEvent, DeltaEvent>

/** An event as it is stored, and what is stored with it; null when it is none of its own. */
export type StoredWith = {
  stored: Storable | PermissionDecided | null
  requests: NewRequest[]
  deliveries: NewDelivery[]
}

/** What an agent asks of humans while one run is served. */
export type RequestDesk = {
  /** Finds out whether it takes a human at all: before `toStored`. */
  consider(event: Storable): Promise<void>
  /** The event under hostler's own id of the request. */
  toStored(event: Storable): StoredWith
  /** The event is durable: now others may act on it. */
  onStored(event: Storable): void
  /** Gives the agent what has been answered meanwhile, and sees whether its run still waits. */
  deliver(control?: { hasAnswers: boolean }): Promise<void>
  /** Waits for what it has begun to write. */
  settle(): Promise<void>
}

/**
 * Keeps the requests of one agent for one run: stored before anybody is told, answered once, and asked
 * only once though the agent that asked has died and its successor asks again.
 */
export async function openRequestDesk(
  worker: Worker,
  serve: Serve,
  {
    agent,
    profile,
    attemptId,
    isFirst,
    ...was
  }: {
    agent: Agent
    profile: Profile
    attemptId: string
    isWaiting: boolean
    /** The run has never had an agent that could have asked. */
    isFirst: boolean
  },
): Promise<RequestDesk> {
  const { store } = worker.context
  const { run, session } = serve
  const known = isFirst ? [] : await unsettledRequestsOf(store, run.id)
  /** hostler's id by the CLI's, of those that this agent has asked. */
  const ids = new Map<string, string>()
  for (const row of known) if (row.agent_id === agent.id) ids.set(row.control_id, row.id)
  /** Asked by a former agent of this run, and not delivered to it. */
  let orphans = known.filter((row) => row.agent_id !== agent.id)
  /** Answers that are on their way to the agent. */
  const given = new Set<string>()
  const alone = await decideAlone(worker, serve, { agent, profile, isFirst })
  let work = Promise.resolve()

  function later(step: () => Promise<void>): void {
    const { log } = worker.context
    const kept = work.then(() => retryWhileHeld(serve, log, step))
    work = kept.catch((error: unknown) => {
      log.warn({ runId: run.id, err: toError(error) }, 'a request could not be kept')
    })
  }

  const isForHumans = (controlId: string): boolean => !alone.has(controlId)
  const wait = watchHumanWait(worker, serve, { ...was, agent, profile, isForHumans, later })

  /** What it asks then will be asked again by its successor. */
  function isEnding(): boolean {
    return agent.state === 'ended' || serve.parking.signal.aborted || serve.handOver.signal.aborted
  }

  function adopt(request: HumanRequest): RequestRow | null {
    const found = orphans.find((row) => sameQuestion(row, request))
    if (found === undefined) return null
    orphans = orphans.filter((row) => row !== found)
    return found
  }

  async function deliver({ hasAnswers } = { hasAnswers: true }): Promise<void> {
    for (const row of hasAnswers ? await undeliveredAnswers(store, session.id) : []) {
      // What the dead do not take their successor gets, when it asks the same.
      if (row.agent_id !== agent.id || agent.state === 'ended') continue
      if (given.has(row.id)) continue
      given.add(row.id)
      const isOpen = agent.requests.some(({ id }) => id === row.control_id)
      if (isOpen) agent.answer(row.control_id, toAgentAnswer(row, profile))
    }
    await wait.look()
  }

  /** What the agent does next shows that it has the answers: before, it may have died with them. */
  async function noteDelivered(): Promise<void> {
    const ids = [...given]
    await store.transact(async (tx) => {
      for (const id of ids) await markDelivered(tx, id)
    })
    for (const id of ids) given.delete(id)
  }

  async function close(controlId: string, how: 'expired' | 'withdrawn'): Promise<void> {
    const id = ids.get(controlId)
    if (id === undefined) return
    await store.transact((tx) => closeRequest(tx, id, { state: how, by: 'hostler' }))
  }

  return {
    consider: (event) => alone.consider(event),
    toStored(event) {
      if (event.type === 'request_closed') {
        const id = ids.get(event.requestId)
        // Answers are told where they are given.
        if (id === undefined || event.how === 'answered') {
          later(() => wait.look())
          return nothing
        }
        const { how } = event
        // Its agent died with it: the next one will ask again, and the answer still counts.
        if (how === 'withdrawn' && isEnding()) return nothing
        later(() => close(event.requestId, how))
        later(() => wait.look())
        return nothing
      }
      if (event.type !== 'request_opened') {
        if (given.size > 0 && event.type !== 'notice') later(noteDelivered)
        return { ...nothing, stored: event }
      }
      const { request } = event
      const former = adopt(request)
      const decided = former === null ? alone.take(request.id) : null
      if (decided !== null) return { ...nothing, stored: decided }
      const id = former?.id ?? uuidV7()
      ids.set(request.id, id)
      if (former !== null) {
        later(() =>
          store.transact((tx) =>
            relinkRequest(tx, former.id, { agentId: agent.id, controlId: request.id, attemptId }),
          ),
        )
        later(() => deliver())
        return nothing
      }
      const asked = { request, id, attemptId, agentId: agent.id }
      const { opened, deliveries } = toNewRequest(worker.context, serve, asked)
      return { stored: { ...event, request: { ...request, id } }, requests: [opened], deliveries }
    },
    onStored(event) {
      if (event.type !== 'request_opened') return
      if (alone.has(event.request.id)) later(async () => alone.give(event.request.id))
      else later(() => wait.look())
    },
    deliver,
    async settle() {
      await work
      wait.stop()
    },
  }
}

const nothing: StoredWith = { stored: null, requests: [], deliveries: [] }
