import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { SessionEvent } from '../../../src/events/index.ts'
import type { Hostler } from '../../../src/index.ts'
import { text, tool } from '../../../src/testing/index.ts'
import { openDaemonWorld, waitForEvent, waitForRuns } from '../../support/daemon-world.ts'
import { listAgents } from '../../../src/agent/index.ts'
import { waitFor } from '../../support/wait-for.ts'

const loop = 'echo started >> tool.txt; while [ ! -e go ]; do sleep 0.05; done'
const queued = [1, 2, 3, 4, 5]

/** Each reply finds its prompt by the prompt's words, whatever order the sessions come in. */
const script = [
  tool(
    'Bash',
    { command: loop },
    { repeat: true, when: { lastUserText: 'use a tool', hasToolResult: false } },
  ),
  text('tool done', { repeat: true, when: { lastUserText: 'use a tool', hasToolResult: true } }),
  text('a story that is told slowly, word for word', {
    repeat: true,
    when: { lastUserText: 'stream' },
    pace: { chunkChars: 4, delayMs: 200 },
  }),
  tool(
    'Bash',
    { command: 'touch asked.txt' },
    { repeat: true, when: { lastUserText: 'ask me', hasToolResult: false } },
  ),
  text('was allowed', { repeat: true, when: { lastUserText: 'ask me', hasToolResult: true } }),
  ...queued.map((n) => text(`answer ${n}`, { repeat: true, when: { lastUserText: `q-${n}` } })),
]

/** Follows a session over every loss of the connection. */
function follow(hostler: Hostler, sessionId: string, signal: AbortSignal) {
  const events: SessionEvent[] = []
  const done = (async () => {
    for await (const event of hostler.sessions.events(sessionId, { signal })) events.push(event)
  })()
  return { events, done }
}

function seqs(events: readonly SessionEvent[]): number[] {
  return events.flatMap(({ seq }) => seq ?? [])
}

test.each([
  { id: 'C1', agents: 'go on' },
  { id: 'C2', agents: 'are killed, too' },
])(
  '$id: hostler is killed with -9 in the middle of everything; its agents $agents',
  async ({ id }) => {
    await using world = await openDaemonWorld({
      script,
      profile: { shareWorkspace: true },
      configuration: {
        profiles: {
          tools: { extends: 'default', allowedTools: ['Bash'] },
        },
      },
    })
    const stopping = new AbortController()
    const first = await world.start()
    const port = Number(new URL(first.url).port)
    const { hostler } = first
    const [inTool, inText, asking] = await Promise.all([
      hostler.runs.submit({ key: 'tool', prompt: 'use a tool', profile: 'tools' }),
      hostler.runs.submit({ key: 'text', prompt: 'stream' }),
      hostler.runs.submit({ key: 'ask', prompt: 'ask me' }),
    ])
    const waiting = []
    for (const n of queued) {
      waiting.push(await hostler.runs.submit({ key: 'tool', prompt: `q-${n}`, profile: 'tools' }))
    }
    const followed = follow(hostler, inTool.sessionId, stopping.signal)
    const followedText = follow(hostler, inText.sessionId, stopping.signal)
    await waitFor(() => existsSync(join(world.workspace, 'tool.txt')), { timeoutMs: 30_000 })
    await waitForEvent(hostler, inText.sessionId, ({ type }) => type === 'text_delta')
    const opened = await waitForEvent(
      hostler,
      asking.sessionId,
      ({ type }) => type === 'request_opened',
    )

    await first.end('SIGKILL')
    if (id === 'C2') {
      const agents = await listAgents(join(world.root, 'data'))
      for (const { pid } of agents) if (pid !== null) process.kill(-pid, 'SIGKILL')
    }
    const second = await world.start({ port })

    const requests = await waitFor(async () => {
      const { items } = await second.hostler.requests.list({ state: 'open' })
      return items.length === 1 ? items : null
    })
    expect(requests[0]).toMatchObject({ runId: asking.id, kind: 'permission' })
    expect(opened).toMatchObject({ request: { id: requests[0]?.id } })
    await second.hostler.requests.answer(requests[0]?.id ?? '', { behavior: 'allow' })
    await writeFile(join(world.workspace, 'go'), '')

    const done = await waitForRuns(second.hostler, [inTool, inText, asking, ...waiting])
    expect(
      done.map(({ outcome, text: reply }) => [outcome, reply]),
      second.log(),
    ).toEqual([
      ['ok', 'tool done'],
      ['ok', 'a story that is told slowly, word for word'],
      ['ok', 'was allowed'],
      ...queued.map((n) => ['ok', `answer ${n}`]),
    ])
    const attempts = id === 'C1' ? 1 : 2
    expect(done.slice(0, 3).map((run) => run.attempts.length)).toEqual([
      attempts,
      attempts,
      attempts,
    ])
    expect(done.slice(3).map((run) => run.attempts.length)).toEqual([1, 1, 1, 1, 1])
    expect(existsSync(join(world.workspace, 'asked.txt'))).toBe(true)
    const starts =
      (await readFile(join(world.workspace, 'tool.txt'), 'utf8')).split('\n').length - 1
    // A tool that was killed with its agent is run again; the log says so.
    expect(starts).toBe(attempts)

    const [ended] = (await second.hostler.runs.list({ sessionId: inTool.sessionId })).items
    await waitFor(() =>
      followed.events.some((event) => event.type === 'run_ended' && event.runId === ended?.id),
    )
    await waitFor(() => followedText.events.some(({ type }) => type === 'run_ended'))
    stopping.abort()
    await Promise.allSettled([followed.done, followedText.done])
    for (const { events } of [followed, followedText]) {
      expect(seqs(events)).toEqual(seqs(events).map((_, index) => index + 1))
    }
    const order = followed.events.flatMap((event) => (event.type === 'run_ended' ? event.text : []))
    expect(order).toEqual(['tool done', ...queued.map((n) => `answer ${n}`)])
  },
)
