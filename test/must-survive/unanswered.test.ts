import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { attachAgent, type HumanRequest, type PermissionResult } from '../../src/agent/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { followTurn, openTestWorld } from '../support/agents.ts'
import { lastPrompt } from '../support/conversation.ts'
import { firstEvent } from '../support/log-events.ts'
import { realClaudes } from '../support/real-claude.ts'

const script = [
  tool('Bash', { command: 'touch asked', description: 'try' }),
  text('finished'),
  text('next'),
]

/** Nobody answers; the signal that the answerer was given is kept. */
function silent(): {
  signals: AbortSignal[]
  canUseTool: (
    toolName: string,
    input: Record<string, unknown>,
    context: { signal: AbortSignal },
  ) => Promise<PermissionResult>
} {
  const signals: AbortSignal[] = []
  return {
    signals,
    canUseTool: async (_toolName, _input, { signal }) => {
      signals.push(signal)
      return await new Promise<never>(() => {})
    },
  }
}

const notOpen = expect.objectContaining({ code: 'request_not_open' })

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('H1 a request that nobody answers in time is denied, and the turn goes on', async () => {
    await using world = await openTestWorld({ version, script })
    const { signals, canUseTool } = silent()
    await using agent = await world.start({ canUseTool, requestTimeoutMs: 300 })
    const { result, events } = await followTurn(agent.turn('go'))
    expect(result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(lastPrompt(world.model)?.toolResultText).toContain('Nobody answered in time.')
    expect(existsSync(join(world.workspace, 'asked'))).toBe(false)
    const opened = events.find((one) => one.type === 'request_opened')
    const requestId = opened?.request.id ?? ''
    expect(events.filter((one) => one.type === 'request_closed')).toMatchObject([
      { requestId, how: 'expired' },
    ])
    expect(signals.map((one) => one.aborted)).toEqual([true])
    expect(() => agent.answer(requestId, { behavior: 'allow' })).toThrow(notOpen)
  })

  test('H1 an answer from elsewhere comes before the answerer’s own, which then counts for nothing', async () => {
    await using world = await openTestWorld({ version, script })
    const late = Promise.withResolvers<PermissionResult>()
    await using agent = await world.start({ canUseTool: () => late.promise })
    const turn = agent.turn('go')
    const { request } = await firstEvent(agent.events({ from: 'start' }), 'request_opened')
    expect(agent.requests).toMatchObject([{ id: request.id }])
    agent.answer(request.id, { behavior: 'allow' })
    late.resolve({ behavior: 'deny', message: 'too late', interrupt: true })
    expect(() => agent.answer(request.id, { behavior: 'deny', message: 'no' })).toThrow(notOpen)
    expect(await turn.result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(existsSync(join(world.workspace, 'asked'))).toBe(true)
  })

  test('H1 an answerer that throws is a denial, and the turn goes on', async () => {
    await using world = await openTestWorld({ version, script })
    const canUseTool = async (): Promise<PermissionResult> => {
      throw new Error('ANSWERER-BROKE')
    }
    await using agent = await world.start({ canUseTool })
    expect(await agent.turn('go').result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(lastPrompt(world.model)?.toolResultText).toContain('ANSWERER-BROKE')
    expect(existsSync(join(world.workspace, 'asked'))).toBe(false)
  })

  test('H1 an answer of the wrong shape is refused, and the request stays open', async () => {
    await using world = await openTestWorld({ version, script })
    await using agent = await world.start({ canUseTool: silent().canUseTool })
    const turn = agent.turn('go')
    const { request } = await firstEvent(agent.events({ from: 'start' }), 'request_opened')
    expect(() => agent.answer(request.id, { action: 'decline' })).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    )
    expect(() => agent.answer('nosuch', { behavior: 'allow' })).toThrow(notOpen)
    expect(agent.requests).toHaveLength(1)
    agent.answer(request.id, { behavior: 'allow' })
    expect(await turn.result).toMatchObject({ outcome: 'ok' })
  })

  test('H1 an interrupt withdraws what is open', async () => {
    await using world = await openTestWorld({ version, script })
    const { signals, canUseTool } = silent()
    await using agent = await world.start({ canUseTool })
    const turn = agent.turn('go')
    const followed = followTurn(turn)
    const { request } = await firstEvent(agent.events({ from: 'start' }), 'request_opened')
    await agent.interrupt()
    const { result, events } = await followed
    expect(result).toMatchObject({ outcome: 'cancelled' })
    expect(signals.map((one) => one.aborted)).toEqual([true])
    expect(agent.requests).toEqual([])
    expect(events.filter((one) => one.type === 'request_closed')).toMatchObject([
      { requestId: request.id, how: 'withdrawn' },
    ])
    expect(() => agent.answer(request.id, { behavior: 'allow' })).toThrow(notOpen)
    expect(await agent.turn('more').result).toMatchObject({ outcome: 'ok', text: 'finished' })
  })

  test('H1 a request is answered by whoever takes the agent over', async () => {
    await using world = await openTestWorld({ version, script })
    const { signals, canUseTool } = silent()
    await using first = await world.start({ canUseTool })
    const turn = first.turn('go')
    const { request } = await firstEvent(first.events({ from: 'start' }), 'request_opened')
    await first.detach()
    expect(await turn.result).toMatchObject({ outcome: 'lost' })
    expect(signals.map((one) => one.aborted)).toEqual([true])

    const asked: HumanRequest[] = []
    await using second = await attachAgent(first.dir, {
      canUseTool: async (_toolName, _input, context) => {
        asked.push(context.request)
        return { behavior: 'allow' }
      },
    })
    expect(await second.lastTurn?.result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(asked.map((one) => one.id)).toEqual([request.id])
    expect(() => second.answer(request.id, { behavior: 'allow' })).toThrow(notOpen)
    await second.detach()

    // The one after that does not find it open again.
    await using third = await attachAgent(first.dir, {
      canUseTool: () => expect.fail('asked again'),
    })
    expect(third.requests).toEqual([])
    expect(await third.turn('more').result).toMatchObject({ outcome: 'ok', text: 'next' })
  })
})
