import { appendFile, stat } from 'node:fs/promises'
import { databaseNames, openGround, type DatabaseName, type Ground } from '../ground/ground.ts'
import { say } from '../report/progress.ts'
import { atMost, toRow, type Part } from '../report/row.ts'
import { median } from '../report/stats.ts'
import { until } from '../room/until.ts'
import { openStore } from '../../src/store/open-store.ts'
import { blockLine } from '../streams/agent-lines.ts'
import { type BusySession, startBusySessions } from '../streams/busy-sessions.ts'

const about = `Agents are in the middle of a turn. The restart: \`hostler serve\` is killed with SIGKILL, each agent writes one more
line, and \`hostler serve\` is started again; until the line of every agent is in its session's log, all counted from the kill. Of
that, the start: until it says that it is ready. The takeover: one of two workers over PostgreSQL is killed with SIGKILL, and its data
directory is gone with it, as that of another machine would be; until
the other has begun an attempt at each of its runs, with a new agent, counted from the kill.`

/** How soon everything goes on after a \`kill -9\`. */
export async function measureRestart({ isQuick }: { isQuick: boolean }): Promise<Part> {
  await using ground = await openGround()
  const rounds = isQuick ? 1 : 3
  const agents = isQuick ? 20 : 200
  const restarts = new Map<DatabaseName, Restart[]>()
  for (const name of databaseNames) {
    say(`restart: ${agents} agents on ${name}`)
    restarts.set(name, await restart(ground, { name, agents, rounds }))
  }
  const takeoverMs: number[] = []
  const runs = isQuick ? 8 : 20
  for (let round = 0; round < rounds; round++) {
    say(`restart: takeover, round ${round} of ${rounds}`)
    takeoverMs.push(await takeOver(ground, runs))
  }
  const rowsOf = (what: string, key: keyof Restart): Part['rows'] =>
    [...restarts].map(([contender, found]) =>
      toRow(
        { what, contender, unit: 'ms' },
        found.map((one) => one[key]),
      ),
    )
  return {
    title: 'Restart',
    about,
    rows: [
      ...rowsOf(`restart with ${agents} live agents, all followed`, 'followedMs'),
      ...rowsOf('of that, the start', 'readyMs'),
      toRow(
        { what: 'takeover after kill -9 of a worker', contender: 'PostgreSQL', unit: 'ms' },
        takeoverMs,
      ),
    ],
    targets: [
      atMost('takeover after kill -9 of a worker', {
        value: median(takeoverMs),
        limit: 7000,
        unit: 'ms',
      }),
    ],
  }
}

type Restart = { readyMs: number; followedMs: number }

async function restart(
  ground: Ground,
  { name, agents, rounds }: { name: DatabaseName; agents: number; rounds: number },
): Promise<Restart[]> {
  await using site = await ground.openSite(name, { perWorker: agents })
  let daemon = await site.start()
  const busy = await startBusySessions(daemon.hostler, { site: site.task, count: agents })
  await using store = await openStore(site.task.where, { migrate: 'check' })
  const found: Restart[] = []
  for (let round = 0; round < rounds; round++) {
    const killedAt = performance.now()
    await daemon.end('SIGKILL')
    const places = await sayMore(busy)
    daemon = await site.start()
    const readyMs = performance.now() - killedAt
    const isFollowed = async (): Promise<true | null> => {
      const rows = await store.db.selectFrom('agents').select(['id', 'events_offset']).execute()
      return rows.every((row) => row.events_offset >= (places.get(row.id) ?? 0)) ? true : null
    }
    await until('all agents are followed', isFollowed, { everyMs: 10 })
    found.push({ readyMs, followedMs: performance.now() - killedAt })
  }
  return found
}

/** One more line of each agent; says where it is. */
async function sayMore(busy: readonly BusySession[]): Promise<Map<string, number>> {
  const places = new Map<string, number>()
  for (const { agentId, claudeSessionId, path } of busy) {
    places.set(agentId, (await stat(path)).size)
    await appendFile(path, blockLine(claudeSessionId))
  }
  return places
}

/** Milliseconds from the kill of one worker until the other has all its runs. */
async function takeOver(ground: Ground, runs: number): Promise<number> {
  await using site = await ground.openSite('PostgreSQL', { perWorker: runs })
  const server = await site.start()
  const other = await site.start({ kind: 'worker', machine: 2 })
  const busy = await startBusySessions(server.hostler, { site: site.task, count: runs })
  const { workers } = await server.hostler.status()
  const doomed = workers.find(({ pid }) => pid === other.pid)
  const theirs = new Set(busy.filter((one) => one.workerId === doomed?.id).map((one) => one.runId))
  if (theirs.size === 0) throw new Error('the worker that is to be killed has no runs')
  await using store = await openStore(site.task.where, { migrate: 'check' })
  const killedAt = performance.now()
  await other.end('SIGKILL')
  await site.lose(2)
  const isTaken = async (): Promise<true | null> => {
    const begun = await store.db
      .selectFrom('attempts')
      .innerJoin('agents', 'agents.id', 'attempts.agent_id')
      .select('attempts.run_id')
      .where('attempts.worker_id', '!=', doomed?.id ?? '')
      .where('attempts.run_id', 'in', [...theirs])
      .where('agents.events_offset', '>', 0)
      .execute()
    return new Set(begun.map((row) => row.run_id)).size === theirs.size ? true : null
  }
  await until('the other worker goes on', isTaken, { everyMs: 10 })
  return performance.now() - killedAt
}
