import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assert as check, asyncProperty, array, constantFrom, record, nat } from 'fast-check'
import { expect, test } from 'vitest'
import type { OpenedHostler, Run, Session } from '../../src/index.ts'
import { createBilledModel, type BilledModel } from '../support/billed-model.ts'
import { openTestService, type TestService } from '../support/service.ts'
import { waitFor } from '../support/wait-for.ts'

// Whatever is done in whatever order: what attempts, runs, sessions and reports say is what the model
// has billed, also for agents that are killed over a turn.

const deeds = ['turn', 'tool', 'resume', 'fork', 'kill', 'kill late', 'cancel', 'child'] as const
type Deed = (typeof deeds)[number]

/** Of these one is tried always. */
const afterKills: { deed: Deed; at: number }[] = [
  { deed: 'cancel', at: 2 },
  { deed: 'kill', at: 1 },
  { deed: 'kill late', at: 1 },
  { deed: 'fork', at: 0 },
  { deed: 'kill late', at: 1 },
]

test.each(['2.1.328', '2.1.197'])(
  'the bill of the model is what %s makes it, in any order of deeds',
  { timeout: 240_000 },
  async (version) => {
    const deed = record({ deed: constantFrom(...deeds), at: nat({ max: 5 }) })
    await check(
      asyncProperty(array(deed, { minLength: 4, maxLength: 6 }), async (steps) => {
        await play(version, steps)
      }),
      { numRuns: 3, endOnFailure: true, examples: [[afterKills]] },
    )
  },
)

type World = {
  at: TestService
  hostler: OpenedHostler
  bill: BilledModel
  sessions: Session[]
  parents: { parent: string; children: string[] }[]
  count: number
}

async function play(version: string, steps: { deed: Deed; at: number }[]): Promise<void> {
  const bill = createBilledModel()
  await using at = await openTestService({
    version,
    script: { otherwise: bill.reply },
    profile: {
      allowedTools: ['Bash'],
      shareWorkspace: true,
      outcomes: { killed: { do: 'retry', maxAttempts: 5, firstBackoffMs: 1 } },
    },
  })
  const hostler = await at.open()
  const sessions = [await hostler.sessions.create({})]
  const world: World = { at, hostler, bill, sessions, parents: [], count: 0 }
  // Each deed at least has a conversation to be done in.
  await finish(world, await submit(world, pick(world, 0), ''))
  for (const { deed, at: index } of steps) await perform(world, deed, pick(world, index))
  await compare(world)
}

async function perform(world: World, deed: Deed, session: Session): Promise<void> {
  const { hostler, at, sessions } = world
  switch (deed) {
    case 'turn':
    case 'tool':
      return await finish(world, await submit(world, session, deed))
    case 'resume': {
      // Other options than its agent's: another process takes the conversation up.
      const options = { maxTurns: 10 + world.count }
      return await finish(world, await submit(world, session, 'tool', { options }))
    }
    case 'fork': {
      const fork = await hostler.sessions.fork(session.id)
      sessions.push(fork)
      return await finish(world, await submit(world, fork, 'turn'))
    }
    case 'kill':
    case 'kill late': {
      const run = await submit(world, session, deed === 'kill' ? 'hold' : 'tool late')
      const name = await held(world, run)
      const agents = await hostler.agents.list()
      const agent = agents.find(
        ({ sessionId, state }) => sessionId === session.id && state === 'busy',
      )
      if (agent?.pid == null) throw new Error('it has no agent')
      if (deed === 'kill late') await waitFor(() => hasToldCost(at, agent.id))
      // With its group: the first of it is but a shell.
      process.kill(-agent.pid, 'SIGKILL')
      await finish(world, run)
      // Sooner, and what nobody reads any more would be sent, and billed.
      at.model.release(name)
      return
    }
    case 'cancel': {
      const run = await submit(world, session, 'hold')
      const name = await held(world, run)
      await hostler.runs.cancel(run.id)
      await hostler.runs.wait(run.id)
      at.model.release(name)
      return
    }
    case 'child': {
      const parent = await submit(world, session, 'tool late')
      const name = await held(world, parent)
      const own = await hostler.sessions.create({})
      sessions.push(own)
      const child = await submit(world, own, 'tool', { parentRunId: parent.id })
      await finish(world, child)
      at.model.release(name)
      await finish(world, parent)
      world.parents.push({ parent: parent.id, children: [child.id] })
      return
    }
    default:
      return deed satisfies never
  }
}

/** Everybody adds up what is theirs. */
async function compare({ hostler, bill, parents }: World): Promise<void> {
  const sessions = (await hostler.sessions.list()).items
  const runs = (await hostler.runs.list({}, { limit: 200 })).items
  const attempts = runs.flatMap((run) => run.attempts)
  const report = await hostler.costs({ by: ['session', 'model'] })
  const micros = (usd: readonly (number | null)[]): number =>
    usd.reduce<number>((sum, one) => sum + Math.round((one ?? 0) * 1e6), 0)
  const told = bill.bill()
  expect(told).toBeGreaterThan(0)
  expect({
    attempts: micros(attempts.map(({ costUsd }) => costUsd)),
    runs: micros(runs.map(({ costUsd }) => costUsd)),
    sessions: micros(sessions.map(({ totals }) => totals.costUsd)),
    lines: micros(report.lines.map(({ costUsd }) => costUsd)),
    total: micros([report.total.costUsd]),
  }).toEqual({ attempts: told, runs: told, sessions: told, lines: told, total: told })
  for (const session of sessions) {
    const lines = report.lines.filter(({ keys }) => keys[0] === session.id)
    expect(micros(lines.map(({ costUsd }) => costUsd))).toBe(micros([session.totals.costUsd]))
  }
  for (const { parent, children } of parents) {
    const cost = runs.filter(({ id }) => children.includes(id)).map(({ costUsd }) => costUsd)
    const { childrenCostUsd = 0 } = runs.find(({ id }) => id === parent) ?? {}
    expect(micros([childrenCostUsd])).toBe(micros(cost))
  }
}

async function submit(
  world: World,
  session: Session,
  what: string,
  more: { parentRunId?: string; options?: { maxTurns: number } } = {},
): Promise<Run> {
  world.count += 1
  const prompt = `p${world.count} ${what} .`
  return await world.hostler.runs.submit({ sessionId: session.id, prompt, ...more })
}

async function finish({ hostler }: World, run: Run): Promise<void> {
  const done = await hostler.runs.wait(run.id, { timeoutMs: 60_000 })
  expect({ state: done.state, error: done.error }).toEqual({ state: 'succeeded', error: null })
}

/** The CLI has answered what its last reply has cost: milliseconds later, but later. */
async function hasToldCost({ dataDir }: TestService, agentId: string): Promise<boolean> {
  const log = await readFile(join(dataDir, 'agents', agentId, 'out.jsonl'), 'utf8')
  return log.lastIndexOf('"model_usage":{') > log.lastIndexOf('"stop_reason":"tool_use"')
}

/** The model holds its reply to the run's prompt under this name. */
async function held({ at }: World, { prompt }: Run): Promise<string> {
  const [name = ''] = typeof prompt === 'string' ? prompt.split(' ') : []
  await waitFor(() => at.model.holding.includes(name), { timeoutMs: 60_000 })
  return name
}

function pick({ sessions }: World, index: number): Session {
  const session = sessions[index % sessions.length]
  if (session === undefined) throw new Error('there is no session')
  return session
}
