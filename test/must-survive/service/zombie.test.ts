import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAgents } from '../../../src/agent/index.ts'
import type { Hostler, Run } from '../../../src/index.ts'
import { text, tool } from '../../../src/testing/index.ts'
import type { TestDaemon } from '../../support/daemon.ts'
import { type DaemonWorld, openDaemonWorld } from '../../support/daemon-world.ts'
import { endAgentsOf } from '../../support/end-agents.ts'
import { openTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { listMarkedProcesses } from '../../support/processes.ts'
import { waitFor } from '../../support/wait-for.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

const limit = { timeoutMs: 60_000 }
const loop = 'echo started >> tool.txt; while [ ! -e go ]; do sleep 0.05; done'
const script = [
  tool('Bash', { command: loop }, { repeat: true, when: { hasToolResult: false } }),
  text('done', { repeat: true, when: { hasToolResult: true } }),
]

async function openWorld(database: string): Promise<DaemonWorld> {
  const worker = { leaseMs: 1500, heartbeatMs: 300 }
  return await openDaemonWorld({
    database,
    script,
    profile: { allowedTools: ['Bash'] },
    configuration: { worker },
  })
}

/** A worker as on a machine of its own: with its own folder and home. */
async function startWorker(world: DaemonWorld, name: string): Promise<TestDaemon> {
  const root = join(world.root, name)
  await mkdir(join(root, 'home'), { recursive: true })
  const env = { ...world.env, HOME: join(root, 'home') }
  return await world.start({ kind: 'worker', dataDir: join(root, 'data'), env })
}

function endAgentsIn({ root }: DaemonWorld): AsyncDisposable {
  const stack = new AsyncDisposableStack()
  for (const name of ['first', 'second']) stack.use(endAgentsOf(join(root, name, 'data')))
  return stack
}

/** One worker, in the middle of a tool call of this run. */
async function startRun(world: DaemonWorld): Promise<{
  hostler: Hostler
  run: Run
  first: TestDaemon
  agentId: string
}> {
  const { hostler } = await world.start({ args: ['--no-worker'] })
  const first = await startWorker(world, 'first')
  const run = await hostler.runs.submit({ key: 'k', prompt: 'use a tool' })
  await waitFor(() => existsSync(join(world.workspace, 'tool.txt')), limit)
  const [attempt] = await hostler.runs.attempts(run.id)
  return { hostler, run, first, agentId: attempt?.agentId ?? '' }
}

async function eventsOf(
  hostler: Hostler,
  { sessionId }: Run,
): Promise<{ seqs: (number | null)[]; types: string[] }> {
  const [seqs, types]: [(number | null)[], string[]] = [[], []]
  for await (const { seq, type } of hostler.sessions.events(sessionId, { until: 'now' })) {
    seqs.push(seq)
    types.push(type)
  }
  return { seqs, types }
}

test.each([
  { id: 'C4', agent: 'is still at work', isDone: false },
  { id: 'C4', agent: 'has ended its turn meanwhile', isDone: true },
])(
  '$id: a worker is stopped past its lease, and comes back when another has ended its run; its agent $agent',
  async ({ isDone }) => {
    await using database = await postgres.createDatabase()
    await using stack = new AsyncDisposableStack()
    const world = stack.use(await openWorld(database.url))
    stack.use(endAgentsIn(world))
    const { hostler, run, first, agentId } = await startRun(world)
    process.kill(first.pid, 'SIGSTOP')
    if (isDone) {
      await writeFile(join(world.workspace, 'go'), '')
      await waitFor(() => world.model.requests.some((one) => one.hasToolResult), limit)
    }
    const second = await startWorker(world, 'second')
    await waitFor(async () => (await hostler.runs.attempts(run.id)).length === 2, limit)
    if (!isDone) await writeFile(join(world.workspace, 'go'), '')
    const ended = await hostler.runs.wait(run.id, limit)
    expect(ended, second.log()).toMatchObject({ state: 'succeeded', outcome: 'ok', text: 'done' })
    expect(ended.attempts.map(({ outcome }) => outcome)).toEqual(['lost', 'ok'])
    const [before, after] = ended.attempts
    expect(before?.workerId).not.toBe(after?.workerId)
    const told = await eventsOf(hostler, run)

    process.kill(first.pid, 'SIGCONT')
    await waitFor(() => first.log().includes('let go of a run'), limit)
    await waitFor(() => listMarkedProcesses(`HOSTLER_AGENT_ID=${agentId}`).length === 0, limit)
    const folders = join(world.root, 'first/data/agents')
    await waitFor(async () => (await readdir(folders)).length === 0, limit)
    // What it had to say came too late.
    expect(await hostler.runs.get(run.id)).toEqual(ended)
    const later = await eventsOf(hostler, run)
    expect(later.types).toEqual(told.types)
    expect(later.seqs).toEqual(later.seqs.map((_, index) => index + 1))
    expect(later.types.filter((type) => type === 'run_ended')).toHaveLength(1)
  },
  180_000,
)

test('C4: a worker is killed while its agent is at work: another one on the machine goes on with it', async ({
  annotate,
}) => {
  await using database = await postgres.createDatabase()
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await openWorld(database.url))
  stack.use(endAgentsIn(world))
  const { hostler, run, first, agentId } = await startRun(world)
  const second = await startWorker(world, 'second')
  const killedAt = performance.now()
  await first.end('SIGKILL')
  await waitFor(async () => {
    const all = await listAgents(join(world.root, 'first/data'))
    return all.some(({ id, supervisedBy }) => id === agentId && supervisedBy === second.pid)
  }, limit)
  await annotate(`taken up after ${Math.round(performance.now() - killedAt)} ms`)
  await writeFile(join(world.workspace, 'go'), '')
  const ended = await hostler.runs.wait(run.id, limit)
  expect(ended, second.log()).toMatchObject({ state: 'succeeded', outcome: 'ok', text: 'done' })
  expect(ended.attempts).toHaveLength(1)

  // Its conversation was in the home of the first one, which does not come back.
  const next = await hostler.runs.submit({ key: 'k', prompt: 'once more' })
  const done = await hostler.runs.wait(next.id, limit)
  expect(done, second.log()).toMatchObject({ outcome: 'ok', attempts: [{ outcome: 'ok' }] })
  expect(world.model.requests.at(-1)?.conversation).toContain('use a tool')
  expect(listMarkedProcesses(`HOSTLER_AGENT_ID=${agentId}`)).toEqual([])
}, 180_000)

test('C4: the idle agent of a worker that was killed does not outlive its session’s next run', async () => {
  await using database = await postgres.createDatabase()
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await openWorld(database.url))
  stack.use(endAgentsIn(world))
  await writeFile(join(world.workspace, 'go'), '')
  const { hostler, run, first, agentId } = await startRun(world)
  expect(await hostler.runs.wait(run.id, limit)).toMatchObject({ outcome: 'ok' })
  await first.end('SIGKILL')
  expect(listMarkedProcesses(`HOSTLER_AGENT_ID=${agentId}`)).not.toHaveLength(0)
  await startWorker(world, 'second')
  const next = await hostler.runs.submit({ key: 'k', prompt: 'use a tool' })
  expect(await hostler.runs.wait(next.id, limit)).toMatchObject({ outcome: 'ok' })
  expect(listMarkedProcesses(`HOSTLER_AGENT_ID=${agentId}`)).toEqual([])
}, 120_000)
