import { setTimeout as sleep } from 'node:timers/promises'
import { startAgent, type StopReport } from '../../src/agent/index.ts'
import type { ScriptInput } from '../../src/testing/index.ts'
import type { SessionOptions } from '../contenders/session.ts'
import { say } from '../report/progress.ts'
import { atMost, toRow, type Part, type Row } from '../report/row.ts'
import { openRoom } from '../room/room.ts'
import { measureTakeovers } from './takeovers.ts'

const about = `With the real CLI. A stop ends with a fresh look at all processes of the machine that finds none of the agent's left. With a
tool running, most of the time is the CLI's own: it gives its tools 1.5 s to end. A takeover is counted from the SIGKILL
of the supervisor to the moment at which a new one, started then, has attached the agent in mid-turn.`

const script: ScriptInput = {
  replies: [
    {
      when: { lastUserText: 'stream' },
      repeat: true,
      text: 'a few words '.repeat(4000),
      pace: { chunkChars: 12, delayMs: 10 },
    },
    runs('tool', 'sleep 300'),
    runs('strays', 'setsid sleep 300 & nohup sleep 300 >/dev/null 2>&1 & sleep 300'),
  ],
  otherwise: { text: 'Hello there.' },
}

const cases = [
  { what: 'stop, idle', prompt: null, until: null },
  { what: 'stop, in mid-stream', prompt: 'stream', until: 'text_delta' },
  { what: 'stop, a tool is running', prompt: 'tool', until: 'tool_started' },
  {
    what: 'stop, and a tool left setsid and nohup children',
    prompt: 'strays',
    until: 'tool_started',
  },
] as const

/** How long it takes to be sure that nothing is left, and to be back after a crash. */
export async function measureEnds(options: { isQuick: boolean }): Promise<Part> {
  const rounds = options.isQuick ? 1 : 9
  await using room = await openRoom(script)
  const stops = new Map<string, StopReport[]>(cases.map(({ what }) => [what, []]))
  for (let round = 0; round < rounds; round++) {
    say(`ends: stops, round ${round} of ${rounds}`)
    for (const one of cases) stops.get(one.what)?.push(await stopOnce(room.session, one))
  }
  const takeovers = await measureTakeovers(room.session, { rounds })
  const left = [...stops.values()].flat().flatMap((report) => report.survivors)
  return {
    title: 'Ends',
    about,
    rows: [
      ...[...stops].map(toStopRow),
      toRow(
        { what: 'kill -9 to re-attached', contender: 'hostler', unit: 'ms' },
        takeovers.map((one) => one.totalMs),
      ),
      toRow(
        { what: 'of that, attachAgent', contender: 'hostler', unit: 'ms' },
        takeovers.map((one) => one.attachMs),
      ),
    ],
    targets: [
      atMost('left behind by all stops', { value: left.length, limit: 0, unit: 'processes' }),
    ],
  }
}

async function stopOnce(
  session: SessionOptions,
  { prompt, until }: (typeof cases)[number],
): Promise<StopReport> {
  const { claudeBin, cwd, dir, env } = session
  const agent = await startAgent({ dir, cwd, claudeBin, allowedTools: ['Bash'] }, { env })
  await agent.ready
  if (prompt !== null) {
    for await (const event of agent.turn(prompt)) if (event.type === until) break
  }
  // For the tool to have started its processes, or the CLI to have come to rest.
  await sleep(300)
  return await agent.stop()
}

function toStopRow([what, reports]: [string, StopReport[]]): Row {
  const ways = [...new Set(reports.map((one) => one.how))].join(', ')
  const swept = Math.max(...reports.map((one) => one.swept.length))
  const note = swept === 0 ? ways : `${ways}; ${swept} swept`
  return toRow(
    { what, contender: 'hostler', unit: 'ms', note },
    reports.map((one) => one.durationMs),
  )
}

function runs(
  prompt: string,
  command: string,
): NonNullable<Extract<ScriptInput, { replies?: unknown }>['replies']>[number] {
  return {
    when: { lastUserText: prompt, hasToolResult: false },
    repeat: true,
    tools: [{ name: 'Bash', input: { command, description: prompt } }],
  }
}
