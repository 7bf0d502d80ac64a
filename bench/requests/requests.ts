import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { findPlatformBinary } from '../../src/agent/claude/npm-claude.ts'
import { connectHostler } from '../../src/client/index.ts'
import { startScriptedModel, text, tool, type ScriptedModel } from '../../src/testing/index.ts'
import { startTestDaemon } from '../../test/support/daemon.ts'
import type { SessionOptions } from '../contenders/session.ts'
import { killAgents } from '../ground/ground.ts'
import { say } from '../report/progress.ts'
import { atMost, toRow, toText, type Part } from '../report/row.ts'
import { median, quantile } from '../report/stats.ts'
import { bareEnvironment, openDir, removeDir } from '../room/room.ts'
import { takeRawTurns } from './raw-answers.ts'

const about = `From the moment at which the model has been asked, and wants a tool, until it is asked again with the tool's
result: the real CLI asks for permission in between. Over raw pipes it is given as soon as the line is read; with hostler a client
hears of the request over SSE, after it is stored, and answers over HTTP. SQLite.`

/** Turns of a new agent, not counted. */
const discarded = 5
const limitMs = 10

/** What it costs that a permission is stored, told, answered by somebody else, and stored again. */
export async function measureRequests({ isQuick }: { isQuick: boolean }): Promise<Part> {
  const turns = discarded + (isQuick ? 10 : 100)
  const claudeBin = await findPlatformBinary(import.meta.url)
  if (claudeBin === null) throw new Error('the CLI is not installed: npm ci')
  const dir = await openDir()
  try {
    const raw = await timeBetweenCalls(join(dir, 'raw'), async (place) => {
      say('requests: over raw pipes')
      await takeRawTurns({ claudeBin, ...place }, turns)
    })
    const hostler = await timeBetweenCalls(join(dir, 'hostler'), async (place) => {
      say('requests: with hostler')
      await takeTurns({ claudeBin, ...place }, turns)
    })
    const found = { 'raw pipes': raw, hostler }
    return {
      title: 'Requests',
      about,
      rows: Object.entries(found).map(([contender, values]) => {
        const note = `p99 ${toText(quantile(values, 0.99))} ms`
        return toRow({ what: 'a tool that needs permission', contender, unit: 'ms', note }, values)
      }),
      targets: [
        atMost('a permission over HTTP beyond one over raw pipes, median', {
          value: median(hostler) - median(raw),
          limit: limitMs,
          unit: 'ms',
        }),
      ],
    }
  } finally {
    await removeDir(dir)
  }
}

/** Milliseconds from each call of the model that wants a tool to the next, which has its result. */
async function timeBetweenCalls(
  dir: string,
  work: (place: Omit<SessionOptions, 'claudeBin'>) => Promise<void>,
): Promise<number[]> {
  await using model = await startScriptedModel({
    script: [
      tool('Bash', { command: 'true > asked' }, { repeat: true, when: { hasToolResult: false } }),
      text('done', { repeat: true, when: { hasToolResult: true } }),
    ],
  })
  const [home, cwd] = [join(dir, 'home'), join(dir, 'work')]
  for (const one of [home, cwd]) await mkdir(one, { recursive: true })
  const api = { ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: 'sk-ant-dummy' }
  await work({ dir: join(dir, 'data'), cwd, env: { ...bareEnvironment(dir), HOME: home, ...api } })
  return toGaps(model).slice(discarded)
}

function toGaps({ requests }: ScriptedModel): number[] {
  return requests.flatMap(({ hasToolResult, at }, index) => {
    const before = requests[index - 1]
    return hasToolResult && before !== undefined ? [at - before.at] : []
  })
}

async function takeTurns(
  { claudeBin, dir: dataDir, cwd, env }: SessionOptions,
  turns: number,
): Promise<void> {
  const profiles = { default: { claudeBin, workspace: { path: cwd } } }
  const server = { requestsPerMinute: 10_000_000 }
  await mkdir(dataDir, { recursive: true })
  await using stack = new AsyncDisposableStack()
  // Its warm agent outlives the daemon.
  stack.defer(() => killAgents(dataDir))
  const daemon = stack.use(
    await startTestDaemon({ configuration: { profiles, server }, dataDir, env }),
  )
  const hostler = stack.use(connectHostler({ url: daemon.url }))
  const session = await hostler.sessions.create({ key: 'bench' })
  const over = new AbortController()
  const answering = answerAll()
  for (let turn = 0; turn < turns; turn++) {
    const { id } = await hostler.runs.submit({ sessionId: session.id, prompt: 'go' })
    await hostler.runs.wait(id)
  }
  over.abort()
  await answering

  async function answerAll(): Promise<void> {
    for await (const event of hostler.sessions.events(session.id, { signal: over.signal })) {
      if (event.type !== 'request_opened') continue
      await hostler.requests.answer(event.request.id, { behavior: 'allow' })
    }
  }
}
