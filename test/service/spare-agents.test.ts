import { expect, test } from 'vitest'
import type { AgentInfo } from '../../src/index.ts'
import { type RunningService, startTestService } from '../support/running-service.ts'
import { text } from '../../src/testing/index.ts'
import { waitFor } from '../support/wait-for.ts'

async function spares(world: RunningService, count: number): Promise<AgentInfo[]> {
  return await waitFor(
    async () => {
      const found = (await world.hostler.agents.list()).filter(({ state }) => state === 'spare')
      // It is listed from its start on, and of use when it is ready.
      return world.service.worker?.state().spare === count ? found : null
    },
    { timeoutMs: 20_000, what: `${count} spares` },
  )
}

test('a spare agent is there ahead, serves a new session, and is replaced by another', async () => {
  await using world = await startTestService({
    profile: { spare: 1, shareWorkspace: true },
    script: [text('re 1'), text('re 2')],
  })
  const { hostler } = world
  const [ahead] = await spares(world, 1)
  const run = await hostler.runs.submit({ key: 'a', prompt: 'p' })
  const done = await world.ended(run)
  expect(done).toMatchObject({ outcome: 'ok', attempts: [{ agentId: ahead?.id }] })
  const events = await world.events(run.sessionId)
  expect(events.find(({ type }) => type === 'run_started')).toMatchObject({ agent: 'spare' })
  const [next] = await spares(world, 1)
  expect(next?.id).not.toBe(ahead?.id)
  // It is this session's agent now.
  const second = await hostler.runs.submit({ key: 'a', prompt: 'p' })
  expect(await world.ended(second)).toMatchObject({
    text: 're 2',
    attempts: [{ agentId: ahead?.id }],
  })
})

test('a spare is of no use to a run with options of its own', async () => {
  await using world = await startTestService({
    profile: { spare: 1, shareWorkspace: true },
    scenario: {},
  })
  const [ahead] = await spares(world, 1)
  const options = { model: 'claude-haiku-4-5' }
  const run = await world.hostler.runs.submit({ key: 'a', prompt: 'p', options })
  const done = await world.ended(run)
  expect(done.attempts[0]?.agentId).not.toBe(ahead?.id)
})

test('spares of a profile that has changed are replaced', async () => {
  await using world = await startTestService({
    profile: { spare: 1, shareWorkspace: true },
    scenario: {},
  })
  const [ahead] = await spares(world, 1)
  world.reconfigure({ appendSystemPrompt: 'be brief' })
  await waitFor(
    async () => {
      const found = (await world.hostler.agents.list()).filter(({ state }) => state === 'spare')
      return found.length === 1 && found[0]?.id !== ahead?.id
    },
    { what: 'the one spare is another' },
  )
})
