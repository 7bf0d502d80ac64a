import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAgents } from '../../src/agent/index.ts'
import type { Hostler, Run } from '../../src/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { waitForRuns } from '../support/daemon-world.ts'
import { follow, seqsOf } from '../support/follow.ts'
import { openMachines } from '../support/machines.ts'
import { openTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { waitFor } from '../support/wait-for.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

const story = 'a story that is told slowly, word for word, to somebody who listens elsewhere'
const script = [
  text(story, {
    when: { lastUserText: 'tell' },
    hold: 'story',
    pace: { chunkChars: 8, delayMs: 60 },
  }),
  tool('Bash', { command: 'touch begun; sleep 600' }, { when: { lastUserText: 'toil' } }),
  tool('Write', { file_path: 'asked', content: 'x' }, { when: { lastUserText: 'ask' } }),
  text('was allowed', { when: { lastUserText: 'ask', hasToolResult: true } }),
]

async function logOf({ runs }: Hostler, { id }: Run): Promise<Buffer> {
  const { bytes, from, to } = await runs.log(id)
  const all = await buffer(bytes)
  expect(all).toHaveLength(to - from)
  return all
}

test('one process takes and shows what two others do, and what they did when they are gone', async () => {
  await using world = await openMachines(postgres, {
    script,
    configuration: { limits: { perWorker: 1 } },
    profile: { shareWorkspace: true, allowedTools: ['Bash'] },
  })
  const [a, b, front] = [
    await world.machine('a'),
    await world.machine('b'),
    await world.machine('front'),
  ]
  const api = await front.start({ args: ['--no-worker'] })
  const { hostler } = api
  const workers = [await a.start({ kind: 'worker' }), await b.start({ kind: 'worker' })]
  const said = (): string => [api, ...workers].map((one) => one.log()).join('\n')

  const telling = await hostler.runs.submit({ key: 'tell', prompt: 'tell' })
  const toiling = await hostler.runs.submit({ key: 'toil', prompt: 'toil' })
  await using followed = follow(hostler, telling.sessionId)
  await waitFor(() => existsSync(join(world.workspace, 'begun')), { timeoutMs: 30_000 })
  await waitFor(() => followed.events.some(({ type }) => type === 'init'), { timeoutMs: 30_000 })
  world.model.release('story')
  const [told] = await waitForRuns(hostler, [telling])
  expect(told, said()).toMatchObject({ outcome: 'ok', text: story })
  await waitFor(() => followed.events.some(({ type }) => type === 'run_ended'))
  const heard = followed.events.flatMap((one) => (one.type === 'text_delta' ? one.text : []))
  expect(heard.length).toBeGreaterThan(1)
  // What is not stored may begin late or end early, as the whole block follows; it has no gap and no repeat.
  expect(story).toContain(heard.join(''))
  const types = followed.events.map(({ type }) => type)
  expect(types.lastIndexOf('text_delta')).toBeLessThan(types.indexOf('text'))

  // Both are at work: the next one waits for a slot, which the cancel of another gives it.
  const asking = await hostler.runs.submit({ key: 'ask', prompt: 'ask' })
  const request = await waitFor(
    async () => (await hostler.requests.list({ state: 'open' })).items[0],
    { timeoutMs: 30_000 },
  )
  await hostler.runs.cancel(toiling.id)
  await hostler.requests.answer(request.id, { behavior: 'allow' })
  const done = await waitForRuns(hostler, [toiling, asking])
  expect(done.map(({ state, text: reply }) => [state, reply])).toEqual([
    ['cancelled', expect.any(String)],
    ['succeeded', 'was allowed'],
  ])
  expect(existsSync(join(world.workspace, 'asked'))).toBe(true)
  const all = [told, ...done].flatMap((run) => run ?? [])
  const served = all.flatMap(({ attempts }) => attempts)
  expect(served).toHaveLength(3)
  expect(new Set(served.map(({ workerId }) => workerId)).size).toBe(2)

  const files = await Promise.all(
    [a, b].map(async ({ dataDir }) => {
      const agents = await listAgents(dataDir)
      return agents.map(({ id }) => ({ id, path: join(dataDir, 'agents', id, 'out.jsonl') }))
    }),
  )
  const written = new Map<string, Buffer>()
  for (const { id, path } of files.flat()) written.set(id, await readFile(path))
  await Promise.all([a.vanish(), b.vanish()])
  for (const run of all) {
    const [attempt] = run.attempts
    const whole = written.get(attempt?.agentId ?? '')
    const { from = 0, to } = attempt?.log ?? {}
    expect(whole, JSON.stringify(attempt)).toBeDefined()
    expect(await logOf(hostler, run)).toEqual(whole?.subarray(from, to ?? undefined))
  }
  await using again = follow(hostler, telling.sessionId)
  await waitFor(() => again.events.some(({ type }) => type === 'run_ended'))
  expect(again.events).toEqual(followed.events.filter(({ seq }) => seq !== null))
  expect(seqsOf(again.events)).toEqual(again.events.map((_, index) => index + 1))
})
