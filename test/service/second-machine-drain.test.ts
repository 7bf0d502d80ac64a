import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import { countInConversation, lastPrompt } from '../support/conversation.ts'
import { waitForRuns } from '../support/daemon-world.ts'
import { openMachines } from '../support/machines.ts'
import { openTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { newestClaude, oldestClaude } from '../support/real-claude.ts'
import { waitFor } from '../support/wait-for.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

const toil = 'while [ ! -e go ]; do sleep 0.05; done'
const script = ['SHORT', 'LONG'].flatMap((which) => [
  tool(
    'Bash',
    { command: `touch begun-${which}; ${toil}` },
    { when: { lastUserText: which, hasToolResult: false } },
  ),
  text(`${which} is done`, { repeat: true, when: { lastUserText: which } }),
])

test.each([
  { which: 'SHORT', drainMs: 30_000, outcomes: ['ok'], ...newestClaude },
  { which: 'LONG', drainMs: 1000, outcomes: ['lost', 'ok'], ...newestClaude },
  { which: 'LONG', drainMs: 1000, outcomes: ['lost', 'ok'], ...oldestClaude },
])(
  'a worker that is told to end waits so long for its turns, and hands over the rest ($which, $version)',
  async ({ which, drainMs, outcomes, path }) => {
    await using world = await openMachines(postgres, {
      script: [...script, text('NEXT is done', { when: { lastUserText: 'NEXT' } })],
      claudeBin: path,
      profile: { allowedTools: ['Bash'] },
      configuration: { agents: { drainMs } },
    })
    const a = await world.machine('a')
    const workerA = await a.start({ kind: 'worker' })
    const b = await world.machine('b')
    const front = await b.open({ worker: false })
    const run = await front.runs.submit({ key: 'k', prompt: which })
    await waitFor(() => existsSync(join(world.workspace, `begun-${which}`)), { timeoutMs: 30_000 })
    const ending = workerA.end('SIGTERM')
    await waitFor(async () =>
      (await front.workers.list()).some(({ state }) => state === 'draining'),
    )
    const next = await front.runs.submit({ key: 'k', prompt: 'NEXT' })
    const onB = await world.machine('c')
    await onB.open()
    if (which === 'SHORT') await writeFile(join(world.workspace, 'go'), '')
    expect(await ending, workerA.log()).toBe(0)
    const [done, after] = await waitForRuns(front, [run, next])
    expect(done, onB.logged.join('')).toMatchObject({ outcome: 'ok', text: `${which} is done` })
    expect(done?.attempts.map(({ outcome }) => outcome)).toEqual(outcomes)
    expect(after).toMatchObject({ outcome: 'ok', text: 'NEXT is done' })
    const [first] = done?.attempts ?? []
    expect(after?.attempts[0]?.workerId).not.toBe(first?.workerId)
    expect(countInConversation(lastPrompt(world.model), which)).toBeGreaterThanOrEqual(1)
    const states = (await front.workers.list()).map(({ id, state }) => [id, state])
    expect(states).toContainEqual([first?.workerId, 'stopped'])
  },
)
