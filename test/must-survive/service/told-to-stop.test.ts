import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { text, tool } from '../../../src/testing/index.ts'
import { type DaemonWorld, openDaemonWorld, waitForRuns } from '../../support/daemon-world.ts'
import type { TestDaemon } from '../../support/daemon.ts'
import { post } from '../../support/intake.ts'
import { openTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { waitFor } from '../../support/wait-for.ts'
import type { Run } from '../../../src/index.ts'

const loop = 'echo x >> tool; while [ ! -e go ]; do sleep 0.05; done'
const script = [
  tool(
    'Bash',
    { command: loop },
    { repeat: true, when: { lastUserText: 'work', hasToolResult: false } },
  ),
  text('done', { repeat: true, when: { lastUserText: 'work', hasToolResult: true } }),
  text('next', { repeat: true, when: { lastUserText: 'next' } }),
]

async function openWorld(agents: Record<string, unknown>, database?: string): Promise<DaemonWorld> {
  return await openDaemonWorld({
    script,
    profile: { allowedTools: ['Bash'], warmMs: '1h' },
    configuration: { agents },
    ...(database === undefined ? {} : { database }),
  })
}

async function makeBusy(world: DaemonWorld, { hostler }: TestDaemon): Promise<[Run, Run]> {
  const busy = await hostler.runs.submit({ key: 'a', prompt: 'work' })
  const behind = await hostler.runs.submit({ key: 'a', prompt: 'next' })
  await waitFor(() => existsSync(join(world.workspace, 'tool')), { timeoutMs: 30_000 })
  return [busy, behind]
}

function isAlive(pid: number | null | undefined): boolean {
  try {
    return process.kill(pid ?? 2 ** 30, 0)
  } catch {
    return false
  }
}

/** Refused at the door, or told to come back: in no case taken and forgotten. */
async function expectNoIntake(url: string): Promise<void> {
  await waitFor(async () => {
    try {
      const { status } = await post(url, { key: 'late', prompt: 'next' })
      return status === 503
    } catch {
      return true
    }
  })
}

describe('C8 SIGTERM', () => {
  test('C8: agents are left as they are: it ends soon, and the next one goes on with them', async () => {
    await using world = await openWorld({ onStop: 'leave' })
    const first = await world.start()
    const [busy, behind] = await makeBusy(world, first)
    const [agent] = await first.hostler.agents.list()
    first.child.kill('SIGTERM')
    await waitFor(() => first.child.exitCode !== null, { timeoutMs: 20_000 })
    expect(first.child.exitCode).toBe(0)
    await expectNoIntake(first.url)
    expect(isAlive(agent?.pid)).toBe(true)
    await using second = await world.start()
    await writeFile(join(world.workspace, 'go'), '')
    const runs = await waitForRuns(second.hostler, [busy, behind])
    expect(runs.map((run) => [run.text, run.attempts.length])).toEqual([
      ['done', 1],
      ['next', 1],
    ])
  })

  test('C8: agents are drained: intake stops, the turn ends and is recorded, nothing new begins', async () => {
    await using world = await openWorld({ onStop: 'drain', drainMs: '5m' })
    const first = await world.start()
    const [busy, behind] = await makeBusy(world, first)
    const [agent] = await first.hostler.agents.list()
    first.child.kill('SIGTERM')
    await expectNoIntake(first.url)
    // It waits for the turn, and for nothing else.
    expect([first.child.exitCode, isAlive(agent?.pid)]).toEqual([null, true])
    await writeFile(join(world.workspace, 'go'), '')
    await waitFor(() => first.child.exitCode !== null, { timeoutMs: 20_000 })
    expect(first.child.exitCode).toBe(0)
    expect(isAlive(agent?.pid)).toBe(false)
    expect(world.model.prompts.some(({ lastUserText }) => lastUserText === 'next')).toBe(false)
    await using second = await world.start()
    const runs = await waitForRuns(second.hostler, [busy, behind])
    expect(runs.map((run) => [run.text, run.attempts.length])).toEqual([
      ['done', 1],
      ['next', 1],
    ])
    const { attempts } = runs[0] ?? {}
    expect(attempts).toMatchObject([{ outcome: 'ok' }])
  })

  test.each(['a second signal', 'the end of drainMs'])(
    'C8: %s ends the draining: the turn is handed over, and taken up in its conversation',
    async (what) => {
      const isSignal = what === 'a second signal'
      await using world = await openWorld({ onStop: 'drain', drainMs: isSignal ? '1h' : '1s' })
      const first = await world.start()
      const [busy, behind] = await makeBusy(world, first)
      const [agent] = await first.hostler.agents.list()
      first.child.kill('SIGTERM')
      if (isSignal) {
        await waitFor(() => first.log().includes('"stopping"'))
        await expectNoIntake(first.url)
        first.child.kill('SIGTERM')
      }
      await waitFor(() => first.child.exitCode !== null, { timeoutMs: 25_000 })
      expect(first.child.exitCode).toBe(0)
      expect(isAlive(agent?.pid)).toBe(false)
      await writeFile(join(world.workspace, 'go'), '')
      await using second = await world.start()
      const runs = await waitForRuns(second.hostler, [busy, behind])
      expect(runs.map(({ outcome }) => outcome)).toEqual(['ok', 'ok'])
      const tries = runs[0]?.attempts.map((one) => one.error?.code ?? one.outcome) ?? []
      // The CLI knows the prompt that was interrupted, so that it must be sent under another id.
      expect(tries.filter((one) => one !== 'prompt_already_taken')).toEqual(['cancelled', 'ok'])
      expect(runs[0]?.attempts[0]).toMatchObject({ outcome: 'lost' })
      expect(runs[1]?.attempts).toHaveLength(1)
    },
  )
})

describe('C8 SIGTERM of a worker', () => {
  let postgres: TestPostgres
  beforeAll(async () => {
    postgres = await openTestPostgres()
  })
  afterAll(() => postgres.close())

  test('C8: a worker ends its turn and leaves what is queued to another', async () => {
    await using database = await postgres.createDatabase()
    await using world = await openWorld({}, database.url)
    await using api = await world.start({ args: ['--no-worker'] })
    const first = await world.start({ kind: 'worker', dataDir: join(world.root, 'data') })
    const [busy, behind] = await makeBusy(world, api)
    first.child.kill('SIGTERM')
    await waitFor(() => first.log().includes('"stopping"'))
    await writeFile(join(world.workspace, 'go'), '')
    await waitFor(() => first.child.exitCode !== null, { timeoutMs: 25_000 })
    expect(first.child.exitCode).toBe(0)
    expect(await api.hostler.runs.get(busy.id)).toMatchObject({ state: 'succeeded', text: 'done' })
    expect(await api.hostler.runs.get(behind.id)).toMatchObject({ state: 'queued' })

    const otherDir = join(world.root, 'other', 'data')
    await mkdir(dirname(otherDir))
    await using second = await world.start({ kind: 'worker', dataDir: otherDir })
    const [next] = await waitForRuns(api.hostler, [behind])
    expect(next, second.log()).toMatchObject({ outcome: 'ok', text: 'next' })
    // Its idle agent goes with it.
    expect(await second.end('SIGTERM')).toBe(0)
  })
})
