import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startAgent, type Agent, type StopReport } from '../../src/agent/index.ts'
import { failure } from '../../src/testing/index.ts'
import { openTestWorld, startTestAgent, type TestAgent } from '../support/agents.ts'
import { firstEvent } from '../support/log-events.ts'
import { listChildren, listMarkedProcesses } from '../support/processes.ts'
import { realClaudes } from '../support/real-claude.ts'
import { waitFor } from '../support/wait-for.ts'

/** Nothing is left, nothing more can be begun, and the API is not asked again. */
async function expectOver({ agent, model }: TestAgent, report: StopReport): Promise<void> {
  expect(report.survivors).toEqual([])
  expect(listMarkedProcesses(agent.id)).toEqual([])
  expect(agent.state).toBe('ended')
  expect(agent.currentTurn).toBeNull()
  expect(agent.requests).toEqual([])
  expect(() => agent.turn('more')).toThrow(expect.objectContaining({ code: 'agent_ended' }))
  await agent.ended
  expect(model.prompts.filter((one) => one.end === null)).toEqual([])
}

const cancelled = { outcome: 'cancelled', error: { code: 'cancelled' } }

describe.each(realClaudes)('claude $version', ({ version }) => {
  const script = { otherwise: { text: 'answered' } }

  test('E5: stopped while it starts, with a turn that waits for that', async () => {
    await using world = await startTestAgent({ version, script })
    const { agent, model } = world
    const turn = agent.turn('never read')
    // At its fork: the launcher swallows a signal that comes before the exec.
    await waitFor(() => listChildren(agent.pid).length > 0)
    expect(agent.state).toBe('starting')
    const report = await agent.stop()
    expect(report.how).toBe('terminated')
    expect(await turn.result).toMatchObject(cancelled)
    await expect(agent.ready).rejects.toMatchObject({ code: 'spawn_failed' })
    await expectOver(world, report)
    expect(model.prompts).toEqual([])
  })

  test('E5: stopped with turns in the queue: none of them begins', async () => {
    await using world = await startTestAgent({
      version,
      script: [{ text: 'late', hold: 'first' }],
    })
    const { agent, model } = world
    const turns = ['one', 'two', 'three'].map((prompt) => agent.turn(prompt))
    await model.waitForRequest()
    const report = await agent.stop()
    for (const turn of turns) expect(await turn.result).toMatchObject(cancelled)
    await expectOver(world, report)
    expect(model.prompts).toHaveLength(1)
    // Those that never began have no events.
    for await (const event of turns[1] ?? []) expect(event).toBeNull()
  })

  test('E5: one turn of the queue is withdrawn: the others are answered', async () => {
    await using world = await startTestAgent({
      version,
      script: [{ text: 'first', hold: 'gate' }, { text: 'third' }],
    })
    const { agent, model } = world
    const withdraw = new AbortController()
    const first = agent.turn('one')
    const second = agent.turn('two', { signal: withdraw.signal })
    const third = agent.turn('three')
    await model.waitForRequest()
    withdraw.abort()
    expect(await second.result).toMatchObject({ ...cancelled, costUsd: 0, durationMs: 0 })
    model.release('gate')
    expect(await first.result).toMatchObject({ outcome: 'ok', text: 'first' })
    expect(await third.result).toMatchObject({ outcome: 'ok', text: 'third' })
    expect(model.prompts.at(-1)?.conversation).not.toContain('two')
  })

  test('E5: stopped while a human is asked: the question is withdrawn, the tool never runs', async () => {
    const asked = Promise.withResolvers<AbortSignal>()
    await using world = await startTestAgent({
      version,
      script: [
        { tools: [{ name: 'Bash', input: { command: 'echo x > ran', description: 'd' } }] },
        { text: 'after' },
      ],
      options: {
        canUseTool: async (_name, _input, { signal }) => {
          asked.resolve(signal)
          return await new Promise<never>((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason), { once: true })
          })
        },
      },
    })
    const { agent, model, workspace } = world
    const turn = agent.turn('go')
    const signal = await asked.promise
    expect(agent.requests).toHaveLength(1)
    const report = await agent.stop()
    expect(signal.aborted).toBe(true)
    expect(await turn.result).toMatchObject(cancelled)
    await expectOver(world, report)
    expect(await readdir(workspace)).toEqual([])
    expect(model.prompts).toHaveLength(1)
  })

  test('E5: stopped between two tries of the API: there is no third', async () => {
    await using world = await startTestAgent({
      version,
      script: { otherwise: failure.serverError() },
    })
    const { agent, model } = world
    const turn = agent.turn('go')
    expect(await firstEvent(turn, 'api_retry')).toMatchObject({ attempt: 1, status: 500 })
    const report = await agent.stop()
    expect(await turn.result).toMatchObject(cancelled)
    await expectOver(world, report)
    expect(model.prompts.length).toBeLessThanOrEqual(2)
  })

  test('E5: stopped twice at once, and again afterwards', async () => {
    await using world = await startTestAgent({ version, script })
    const { agent } = world
    await agent.turn('go').result
    const [one, two] = await Promise.all([agent.stop(), agent.stop()])
    expect(one).toEqual(two)
    expect(one.how).toBe('closed')
    expect(await agent.stop()).toMatchObject({ survivors: [] })
    await expectOver(world, one)
  })

  test('E5: stopped after it has ended by itself', async () => {
    await using world = await startTestAgent({ version, script })
    const { agent } = world
    await agent.turn('go').result
    process.kill(-agent.pid, 'SIGTERM')
    await agent.ended
    const report = await agent.stop()
    expect(report).toMatchObject({ how: 'was_over', survivors: [] })
    await expectOver(world, report)
  })
})

test('E5: one that never becomes ready is stopped all the same', async () => {
  await using world = await startTestAgent({ scenario: { onStart: [{ do: 'silence' }] } })
  const turn = world.agent.turn('never read')
  await waitFor(() => listMarkedProcesses('fake-claude.ts').length > 0)
  const report = await world.agent.stop()
  expect(await turn.result).toMatchObject(cancelled)
  await expectOver(world, report)
})

test('E5: a start that is aborted leaves no process and no folder', async () => {
  await using world = await openTestWorld({ scenario: {} })
  const started: Agent[] = []
  for (const delay of ['before', 'during']) {
    const abort = new AbortController()
    if (delay === 'before') abort.abort()
    const starting = startAgent(world.options, { env: world.env, signal: abort.signal })
    abort.abort()
    await expect(starting.then((agent) => started.push(agent))).rejects.toThrow(/abort/i)
  }
  expect(started).toEqual([])
  const agents = join(world.options.dir, 'agents')
  expect(await readdir(agents).catch(() => [])).toEqual([])
  expect(listMarkedProcesses(world.options.dir)).toEqual([])
})
