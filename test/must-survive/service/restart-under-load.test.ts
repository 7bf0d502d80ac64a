import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { text, tool } from '../../../src/testing/index.ts'
import { openDaemonWorld, waitForRuns } from '../../support/daemon-world.ts'
import { follow, runEnds, seqsOf } from '../../support/follow.ts'
import { post } from '../../support/intake.ts'
import { waitFor } from '../../support/wait-for.ts'

const keys = ['a', 'b', 'c']
const loop = (key: string): string =>
  `echo x >> tool-${key}; while [ ! -e go ]; do sleep 0.05; done`

const script = [
  ...keys.flatMap((key) => [
    tool(
      'Bash',
      { command: loop(key) },
      { repeat: true, when: { lastUserText: `work ${key}`, hasToolResult: false } },
    ),
    text(`done ${key}`, {
      repeat: true,
      when: { lastUserText: `work ${key}`, hasToolResult: true },
    }),
  ]),
  text('a story that is told slowly, word for word, through it all', {
    repeat: true,
    when: { lastUserText: 'stream' },
    pace: { chunkChars: 4, delayMs: 300 },
  }),
  ...[1, 2].map((n) => text(`next ${n}`, { repeat: true, when: { lastUserText: `next-${n}` } })),
  text('meanwhile', { repeat: true, when: { lastUserText: 'meanwhile' } }),
]

test('C7: hostler serve is restarted under load: no agent is disturbed, nobody waits in vain', async () => {
  await using world = await openDaemonWorld({
    script,
    profile: { shareWorkspace: true, allowedTools: ['Bash'] },
    configuration: { agents: { onStop: 'leave' }, limits: { perWorker: 6 } },
  })
  const first = await world.start()
  const port = Number(new URL(first.url).port)
  const { hostler } = first
  const busy = await Promise.all([
    ...keys.map((key) => hostler.runs.submit({ key, prompt: `work ${key}` })),
    hostler.runs.submit({ key: 'story', prompt: 'stream' }),
  ])
  const behind = []
  for (const key of keys) {
    for (const n of [1, 2]) behind.push(await hostler.runs.submit({ key, prompt: `next-${n}` }))
  }
  const followed = busy.map(({ sessionId }) => follow(hostler, sessionId))
  await using _ = {
    async [Symbol.asyncDispose]() {
      for (const one of followed) await one[Symbol.asyncDispose]()
    },
  }
  await waitFor(() => keys.every((key) => existsSync(join(world.workspace, `tool-${key}`))), {
    timeoutMs: 40_000,
  })
  await waitFor(() => followed[3]?.events.some(({ type }) => type === 'text_delta'), {
    timeoutMs: 20_000,
  })
  const pidsOf = async (from: typeof hostler): Promise<Map<string | null, number | null>> => {
    const agents = await from.agents.list()
    return new Map(agents.map(({ sessionId, pid }) => [sessionId, pid]))
  }
  const pids = await pidsOf(hostler)
  expect(pids.size).toBe(4)

  // Somebody who goes on submitting, and tries again what was not taken.
  const stopping = new AbortController()
  const meanwhile: string[] = []
  const submitting = (async () => {
    for (let n = 0; !stopping.signal.aborted; n++) {
      const headers = { 'idempotency-key': `m-${n}` }
      const taken = await waitFor(
        async () => {
          const answer = await post(first.url, { key: 'm', prompt: `meanwhile ${n}` }, headers)
          return answer.status === 202 ? answer : null
        },
        { timeoutMs: 40_000 },
      )
      meanwhile.push(String(taken.body['id']))
    }
  })()
  await waitFor(() => meanwhile.length > 2)
  expect(await first.end('SIGTERM')).toBe(0)
  for (const pid of pids.values()) process.kill(pid ?? 0, 0)
  const second = await world.start({ port })
  const before = meanwhile.length
  await waitFor(() => meanwhile.length > before + 2, { timeoutMs: 20_000 })
  stopping.abort()
  await submitting

  // The same processes are at the same turns.
  await waitFor(async () => (await second.hostler.agents.list()).length >= 4)
  for (const [sessionId, pid] of pids) {
    expect((await pidsOf(second.hostler)).get(sessionId)).toBe(pid)
  }
  await writeFile(join(world.workspace, 'go'), '')
  const done = await waitForRuns(second.hostler, [...busy, ...behind])
  expect(
    done.map(({ outcome, text: reply, attempts }) => [outcome, reply, attempts.length]),
    second.log(),
  ).toEqual([
    ...keys.map((key) => ['ok', `done ${key}`, 1]),
    ['ok', 'a story that is told slowly, word for word, through it all', 1],
    ...keys.flatMap(() => [1, 2].map((n) => ['ok', `next ${n}`, 1])),
  ])
  for (const key of keys) {
    expect(readFileSync(join(world.workspace, `tool-${key}`), 'utf8')).toBe('x\n')
  }
  await waitFor(() => followed.slice(0, 3).every(({ events }) => runEnds(events).length === 3))
  for (const [n, { events }] of followed.entries()) {
    expect(seqsOf(events)).toEqual(seqsOf(events).map((_, index) => index + 1))
    if (n < 3) expect(runEnds(events)).toEqual([`done ${keys[n]}`, 'next 1', 'next 2'])
  }
  // Each that was taken was done once, in the order of its taking.
  expect(new Set(meanwhile).size).toBe(meanwhile.length)
  const others = await waitForRuns(
    second.hostler,
    meanwhile.map((id) => ({ id })),
  )
  expect(others.map(({ outcome }) => outcome)).toEqual(others.map(() => 'ok'))
  const ends = others.map(({ endedAt }) => endedAt ?? 0)
  expect(ends).toEqual(ends.toSorted((one, other) => one - other))
})
