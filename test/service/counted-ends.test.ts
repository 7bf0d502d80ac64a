import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createLog } from '../../src/log.ts'
import { parseConfiguration } from '../../src/service/configuration/parse-configuration.ts'
import type { Hostler, Run, Submission } from '../../src/index.ts'
import { startDaemon } from '../../src/main.ts'
import { failure, text, tool } from '../../src/testing/index.ts'
import { waitForEvent } from '../support/daemon-world.ts'
import { openTestService, type TestServiceOptions } from '../support/service.ts'

/** `hostler serve` in this process, and what its metrics tell of runs that have ended. */
async function openCounted(
  given: TestServiceOptions,
): Promise<AsyncDisposable & { hostler: Hostler; workspace: string; told(): Promise<string[]> }> {
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await openTestService(given))
  const { dataDir, root, configuration, env } = world
  const parsed = parseConfiguration(configuration, { baseDir: root, env: {}, dataDir })
  const server = { ...parsed.server, port: 0 }
  const log = createLog({ level: 'error', format: 'text', destination: { write: () => undefined } })
  const daemon = await startDaemon({ ...parsed, server }, { kind: 'serve', env, log })
  stack.defer(() => daemon.stop({ agents: 'drain', drainMs: 0 }))
  const { token } = await daemon.service.front('local').tokens.create({
    label: 'metrics',
    scopes: ['read'],
  })
  const url = daemon.server?.url ?? ''
  const owned = stack.move()
  return {
    hostler: daemon.service.front('local'),
    workspace: world.workspace,
    async told() {
      const answer = await fetch(new URL('/metrics', url), {
        headers: { authorization: `Bearer ${token}` },
      })
      const lines = (await answer.text()).split('\n')
      return lines.filter((line) => /^hostler_(runs_ended_total|cost_usd_total)\{/.test(line))
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function ended(hostler: Hostler, submission: Submission): Promise<Run> {
  const { id } = await hostler.runs.submit(submission)
  return await hostler.runs.wait(id, { timeoutMs: 30_000 })
}

const counted = (outcome: string, runs: number): string =>
  `hostler_runs_ended_total{outcome="${outcome}",profile="default"} ${runs}`

test('runs that are cancelled in the queue, parked, or with their session are counted, each once', async () => {
  await using at = await openCounted({
    profile: { shareWorkspace: true, maxAttempts: 3 },
    scenario: {
      everyTurn: [{ do: 'begin' }, { do: 'silence' }],
    },
  })
  const { hostler } = at
  const submit = (key: string, more: object = {}): Promise<Run> =>
    hostler.runs.submit({ key, prompt: 'p', ...more })
  const first = await submit('k')
  const queued = await submit('k')
  await waitForEvent(hostler, first.sessionId, ({ type }) => type === 'init')
  expect(await at.told()).toEqual([])
  await hostler.runs.cancel(queued.id)
  expect(await at.told()).toContain(counted('cancelled', 1))
  await expect(hostler.runs.cancel(queued.id)).rejects.toMatchObject({ code: 'run_ended' })
  const later = await submit('later', { delayMs: 3_600_000 })
  await submit('later', { delayMs: 3_600_000 })
  await hostler.sessions.archive(later.sessionId)
  expect(await at.told()).toContain(counted('cancelled', 3))
  await hostler.runs.cancel(first.id)
  await hostler.runs.wait(first.id, { timeoutMs: 30_000 })
  await expect.poll(() => at.told()).toContain(counted('cancelled', 4))
})

test('a run that is cancelled between two tries is counted, with what the first has cost', async () => {
  await using at = await openCounted({
    profile: { oauthToken: 'sk-ant-oat01-dummy', env: { CLAUDE_CODE_MAX_RETRIES: '0' } },
    script: [tool('Bash', { command: 'true' }), failure.usageLimit({ resetsInS: 3600 })],
  })
  const { hostler } = at
  const run = await hostler.runs.submit({ key: 'k', prompt: 'p' })
  await waitForEvent(
    hostler,
    run.sessionId,
    (event) => event.type === 'run_waiting' && event.on === 'time',
  )
  const { costUsd } = await hostler.runs.get(run.id)
  expect(costUsd).toBeGreaterThan(0)
  await expect.poll(async () => (await hostler.sessions.get(run.sessionId)).workerId).toBe(null)
  await hostler.runs.cancel(run.id)
  expect(await at.told()).toEqual([
    counted('cancelled', 1),
    `hostler_cost_usd_total{profile="default"} ${costUsd}`,
  ])
})

test('a prompt that became part of another turn is counted; its cost is that turn’s', async () => {
  const loop = 'while [ ! -e go ]; do sleep 0.05; done'
  await using at = await openCounted({
    profile: { allowedTools: ['Bash'] },
    script: [tool('Bash', { command: loop }), text('both', { repeat: true })],
  })
  const { hostler } = at
  const first = await hostler.runs.submit({ key: 'k', prompt: 'first' })
  await waitForEvent(hostler, first.sessionId, ({ type }) => type === 'tool_started')
  const steering = ended(hostler, { key: 'k', prompt: 'second', onBusy: 'steer' })
  await waitForEvent(
    hostler,
    first.sessionId,
    (event) => event.type === 'run_queued' && event.runId !== first.id,
  )
  await writeFile(join(at.workspace, 'go'), '')
  expect(await steering).toMatchObject({ outcome: 'ok', attempts: [] })
  const { costUsd } = await hostler.runs.get(first.id)
  await expect
    .poll(() => at.told())
    .toEqual([counted('ok', 2), `hostler_cost_usd_total{profile="default"} ${costUsd}`])
})
