import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { attachAgent, type Agent, type AgentOptions } from '../../src/agent/index.ts'
import { failure, text, tool, type ScriptInput } from '../../src/testing/index.ts'
import { collectEvents, openTestWorld, type TestWorld } from '../support/agents.ts'
import { countInConversation, lastPrompt } from '../support/conversation.ts'
import { isOwn, readLogEvents, toMark, waitForLog } from '../support/log-events.ts'
import { listMarkedProcesses, listProcesses } from '../support/processes.ts'
import { realClaudes } from '../support/real-claude.ts'
import type { SuperviseOrder } from '../support/supervise.ts'
import { startSupervisor, type Supervisor } from '../support/supervisors.ts'
import { waitFor } from '../support/wait-for.ts'

const prompt = 'PROMPT-ONE'

type Scene = AsyncDisposable & { world: TestWorld; supervisor: Supervisor; promptId: string }

/** A supervisor with an agent at work on one prompt. */
async function openScene(
  version: string,
  script: ScriptInput,
  more: Partial<AgentOptions> & Partial<SuperviseOrder> = {},
): Promise<Scene> {
  const { prompts, isAskedInVain = false, isAwaitingReady = false, ...options } = more
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await openTestWorld({ version, script }))
  const promptId = randomUUID()
  const order: SuperviseOrder = {
    options: { ...world.options, ...options },
    prompts: prompts ?? [{ text: prompt, promptId }],
    isAskedInVain,
    isAwaitingReady,
  }
  const supervisor = stack.use(await startSupervisor(order, world.env))
  const owned = stack.move()
  return { world, supervisor, promptId, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** Ends the agent; what a client was told is the log, each line once, and nothing else. */
async function expectEachEventOnce(
  agent: Agent,
  collected: ReturnType<typeof collectEvents>,
): Promise<void> {
  expect(await agent.stop()).toMatchObject({ survivors: [] })
  await collected.done
  const told = collected.events.filter((event) => !isOwn(event)).map(toMark)
  expect(told).toEqual((await readLogEvents(agent.dir)).map(toMark))
}

describe.each(realClaudes)('C1 claude $version', ({ version }) => {
  test('C1 killed while a tool runs: the tool and the turn go on', async () => {
    const command = 'touch started; until [ -e go ]; do sleep 0.05; done; echo tool-done'
    await using scene = await openScene(
      version,
      [tool('Bash', { command, description: 'wait' }), text('finished')],
      { allowedTools: ['Bash'] },
    )
    const { world, supervisor, promptId } = scene
    await waitFor(() => existsSync(join(world.workspace, 'started')), { timeoutMs: 20_000 })
    await supervisor.kill()

    await using agent = await attachAgent(supervisor.report.dir)
    const collected = collectEvents(agent)
    expect(agent).toMatchObject({ pid: supervisor.report.pid, state: 'busy' })
    expect(agent.currentTurn?.promptId).toBe(promptId)
    await writeFile(join(world.workspace, 'go'), '')
    const result = await agent.currentTurn?.result
    expect(result).toMatchObject({ outcome: 'ok', text: 'finished', promptId })
    expect(result?.costUsd).toBeGreaterThan(0)
    expect(world.model.prompts).toHaveLength(2)
    expect(lastPrompt(world.model)?.toolResultText).toContain('tool-done')
    expect(countInConversation(lastPrompt(world.model), prompt)).toBe(1)
    await expectEachEventOnce(agent, collected)
  })

  test('C1 killed while text streams: no piece of it is lost or doubled', async () => {
    const reply = 'The quick brown fox jumps over the lazy dog. '.repeat(20)
    await using scene = await openScene(version, [
      failure.stall('mid_block', { text: reply, hold: 'rest' }),
      text('second'),
    ])
    const { world, supervisor } = scene
    await waitForLog(supervisor.report.dir, 'text_delta')
    await supervisor.kill()

    await using agent = await attachAgent(supervisor.report.dir)
    const collected = collectEvents(agent)
    world.model.release('rest')
    expect(await agent.currentTurn?.result).toMatchObject({ outcome: 'ok', text: reply })
    expect(await agent.turn('next').result).toMatchObject({ outcome: 'ok', text: 'second' })
    expect(countInConversation(lastPrompt(world.model), prompt)).toBe(1)
    await expectEachEventOnce(agent, collected)
    const pieces = collected.events.map((one) => (one.type === 'text_delta' ? one.text : ''))
    expect(pieces.join('')).toBe(`${reply}second`)
  })

  test('C1 killed while a permission waits: the request is still there, and answered once', async () => {
    const command = 'touch permitted'
    await using scene = await openScene(
      version,
      [tool('Bash', { command, description: 'try' }), text('finished')],
      { isAskedInVain: true },
    )
    const { world, supervisor } = scene
    await waitForLog(supervisor.report.dir, 'can_use_tool')
    await supervisor.kill()

    await using agent = await attachAgent(supervisor.report.dir)
    const collected = collectEvents(agent)
    expect(agent.requests).toMatchObject([{ kind: 'permission', input: { command } }])
    const id = agent.requests[0]?.id ?? ''
    agent.answer(id, { behavior: 'allow' })
    expect(() => agent.answer(id, { behavior: 'allow' })).toThrow(
      expect.objectContaining({ code: 'request_not_open' }),
    )
    expect(await agent.currentTurn?.result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(existsSync(join(world.workspace, 'permitted'))).toBe(true)
    expect(agent.requests).toEqual([])
    await expectEachEventOnce(agent, collected)
    const opened = collected.events.filter((one) => one.type === 'request_opened')
    expect(opened.map((one) => one.request.id)).toEqual([id])
    const closed = collected.events.filter((one) => one.type === 'request_closed')
    expect(closed).toMatchObject([{ requestId: id, how: 'answered' }])
  })

  test('C1 killed while a question waits: canUseTool of the next supervisor is asked it', async () => {
    const question = { question: 'Which one?', header: 'One', multiSelect: false }
    const options = ['A', 'B'].map((label) => ({ label, description: label }))
    await using scene = await openScene(
      version,
      [tool('AskUserQuestion', { questions: [{ ...question, options }] }), text('finished')],
      { isAskedInVain: true },
    )
    const { world, supervisor } = scene
    await waitForLog(supervisor.report.dir, 'can_use_tool')
    await supervisor.kill()

    const asked: string[] = []
    await using agent = await attachAgent(supervisor.report.dir, {
      canUseTool: async (toolName, input) => {
        asked.push(toolName)
        return {
          behavior: 'allow',
          updatedInput: { ...input, answers: { [question.question]: 'B' } },
        }
      },
    })
    expect(await agent.lastTurn?.result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(asked).toEqual(['AskUserQuestion'])
    expect(lastPrompt(world.model)?.toolResultText).toContain('"Which one?"="B"')
  })

  test.each([false, true])('C1 killed before any prompt, ready: %s', async (isAwaitingReady) => {
    await using scene = await openScene(version, [text('hello')], {
      prompts: [],
      isAwaitingReady,
      appendSystemPrompt: 'APPENDED-RULE',
    })
    const { world, supervisor } = scene
    await supervisor.kill()
    await using agent = await attachAgent(supervisor.report.dir)
    expect(agent).toMatchObject({ pid: supervisor.report.pid, lastTurn: null })
    await agent.ready
    expect(await agent.turn(prompt).result).toMatchObject({ outcome: 'ok', text: 'hello' })
    expect(lastPrompt(world.model)?.systemText).toContain('APPENDED-RULE')
    expect(world.model.prompts).toHaveLength(1)
  })

  test('C1 the agent ends while nobody supervises it: the turn is judged by its log', async () => {
    await using scene = await openScene(version, [text('finished')])
    const { supervisor, promptId } = scene
    const { dir, pid } = supervisor.report
    await waitForLog(dir, '"state":"idle"')
    await supervisor.kill()
    process.kill(-pid, 'SIGTERM')
    await waitFor(() => existsSync(join(dir, 'exit')))
    await using agent = await attachAgent(dir)
    expect(await agent.ended).toEqual({ code: 143, signal: 'SIGTERM' })
    expect(agent).toMatchObject({ state: 'ended', currentTurn: null })
    expect(await agent.lastTurn?.result).toMatchObject({
      outcome: 'ok',
      text: 'finished',
      promptId,
    })
    expect(() => agent.turn('more')).toThrow(expect.objectContaining({ code: 'agent_ended' }))
  })

  test('C1 the agent is killed at work while nobody supervises it: nothing of it is left', async () => {
    const command = 'touch started; bash -c "sleep 300; true"'
    await using scene = await openScene(version, [tool('Bash', { command, description: 'wait' })], {
      allowedTools: ['Bash'],
    })
    const { world, supervisor, promptId } = scene
    const { dir, pid } = supervisor.report
    await waitFor(() => existsSync(join(world.workspace, 'started')), { timeoutMs: 20_000 })
    await supervisor.kill()
    process.kill(-pid, 'SIGKILL')
    // Its tools live on, in sessions of their own.
    await waitFor(() => listProcesses().every((one) => !one.command.includes(dir)))
    await using agent = await attachAgent(dir)
    expect(await agent.lastTurn?.result).toMatchObject({
      outcome: 'lost',
      promptId,
      costUsd: null,
    })
    await agent.ended
    expect(listMarkedProcesses(world.workspace)).toEqual([])
  })
})
