import { describe, expect, test } from 'vitest'
import type { AgentInfo } from '../../src/index.ts'
import { type RunningService, startTestService } from '../support/running-service.ts'
import { waitFor } from '../support/wait-for.ts'

/** How a run got its agent, and which. */
async function play(
  world: RunningService,
  key: string,
  options: Parameters<RunningService['hostler']['runs']['submit']>[0]['options'] = {},
): Promise<{ kind: string; agentId: string; sessionId: string }> {
  const run = await world.hostler.runs.submit({ key, prompt: 'p', options })
  const done = await world.ended(run)
  expect(done, world.logged.join('')).toMatchObject({ outcome: 'ok' })
  const started = (await world.events(run.sessionId)).find(
    (event) => event.type === 'run_started' && event.runId === run.id,
  )
  if (started?.type !== 'run_started') throw new Error('it has not started')
  return { kind: started.agent, agentId: started.agentId, sessionId: run.sessionId }
}

async function live(world: RunningService): Promise<AgentInfo[]> {
  return (await world.hostler.agents.list()).filter(({ state }) => state !== 'ended')
}

// The fake keeps no transcript: what takes its place begins anew.
const profile = { shareWorkspace: true, onSessionLost: 'fresh' }
const echo = { scenario: {}, profile }

describe('a warm agent', () => {
  test('serves the next run of its session, in the same process', async () => {
    await using world = await startTestService(echo)
    const first = await play(world, 'k')
    const [before] = await live(world)
    expect(before).toMatchObject({ state: 'warm', sessionId: first.sessionId })
    const second = await play(world, 'k')
    expect([first.kind, second.kind]).toEqual(['new', 'warm'])
    expect(second.agentId).toBe(first.agentId)
    expect((await live(world)).map(({ pid }) => pid)).toEqual([before?.pid])
  })

  test('is replaced when its profile has changed', async () => {
    await using world = await startTestService(echo)
    const first = await play(world, 'k')
    world.reconfigure({ appendSystemPrompt: 'be brief' })
    const second = await play(world, 'k')
    expect(second.kind).not.toBe('warm')
    expect(second.agentId).not.toBe(first.agentId)
    expect((await live(world)).map(({ id }) => id)).toEqual([second.agentId])
  })

  test('is replaced for a run with options of its own, and again after it', async () => {
    await using world = await startTestService(echo)
    const runs = [
      await play(world, 'k'),
      await play(world, 'k', { model: 'claude-haiku-4-5' }),
      await play(world, 'k'),
    ]
    expect(new Set(runs.map(({ agentId }) => agentId)).size).toBe(3)
    expect(await live(world)).toHaveLength(1)
  })

  test('ends when it has been idle for warmMs', async () => {
    await using world = await startTestService({
      ...echo,
      profile: { ...profile, warmMs: 300 },
    })
    await play(world, 'k')
    await waitFor(async () => (await live(world)).length === 0)
    const [ended] = await world.hostler.agents.list()
    expect(ended).toMatchObject({ state: 'ended', endedAt: expect.any(Number) })
    expect((ended?.endedAt ?? 0) - (ended?.lastUsedAt ?? 0)).toBeGreaterThanOrEqual(250)
  })

  test('is not kept with warmMs 0', async () => {
    await using world = await startTestService({
      ...echo,
      profile: { ...profile, warmMs: 0 },
    })
    await play(world, 'k')
    await waitFor(async () => (await live(world)).length === 0)
  })

  test('gives way when there are more than maxWarm: the least recently used one', async () => {
    await using world = await startTestService({
      ...echo,
      configuration: { agents: { maxWarm: 2 } },
    })
    const [a, b] = [await play(world, 'a'), await play(world, 'b')]
    await play(world, 'a')
    const c = await play(world, 'c')
    const kept = await waitFor(async () => {
      const agents = await live(world)
      return agents.length === 2 ? agents : null
    })
    expect(new Set(kept.map(({ id }) => id))).toEqual(new Set([a.agentId, c.agentId]))
    expect((await play(world, 'b')).agentId).not.toBe(b.agentId)
  })

  test('gives way when all together hold too much memory', async () => {
    await using world = await startTestService({
      ...echo,
      configuration: { agents: { maxWarmMemoryBytes: 1 } },
    })
    await play(world, 'a')
    await waitFor(async () => (await live(world)).length === 0)
  })

  test('ends when it is told to, and no other does', async () => {
    await using world = await startTestService(echo)
    const [a, b] = [await play(world, 'a'), await play(world, 'b')]
    await world.hostler.agents.stop(a.agentId)
    const left = await waitFor(async () => {
      const agents = await live(world)
      return agents.length === 1 ? agents : null
    })
    expect(left[0]?.id).toBe(b.agentId)
  })
})
