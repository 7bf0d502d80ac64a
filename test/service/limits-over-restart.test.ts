import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import { eventsUntil, openTestService } from '../support/service.ts'
import { waitFor } from '../support/wait-for.ts'

const toil = (name: string) =>
  tool('Bash', { command: `touch ${name}; while [ ! -e go ]; do sleep 0.05; done` })

test('a run’s own timeoutMs holds for the agent that hostler finds again, and not for the next run', async () => {
  await using world = await openTestService({
    profile: { allowedTools: ['Bash'] },
    script: [toil('begun'), toil('begun-again'), text('in the end', { repeat: true })],
  })
  const before = await world.open()
  const limited = await before.runs.submit({
    key: 'k',
    prompt: 'p',
    options: { timeoutMs: 4000 },
  })
  const free = await before.runs.submit({ key: 'k', prompt: 'next' })
  await waitFor(() => existsSync(join(world.workspace, 'begun')), { timeoutMs: 20_000 })
  await before.close({ agents: 'leave' })

  const after = await world.open()
  const done = await after.runs.wait(limited.id, { timeoutMs: 30_000 })
  expect(done, world.logged.join('')).toMatchObject({
    state: 'failed',
    outcome: 'timeout',
    error: { code: 'timeout' },
    attempts: [{ outcome: 'timeout' }],
  })
  await waitFor(() => existsSync(join(world.workspace, 'begun-again')), { timeoutMs: 20_000 })
  await writeFile(join(world.workspace, 'go'), '')
  expect(await after.runs.wait(free.id, { timeoutMs: 30_000 })).toMatchObject({
    outcome: 'ok',
    text: 'in the end',
  })
  const events = await eventsUntil(
    after,
    limited.sessionId,
    (event) => event.type === 'run_ended' && event.runId === free.id,
  )
  const started = events.filter(({ type, runId }) => type === 'run_started' && runId === limited.id)
  expect(started).toHaveLength(1)
})
