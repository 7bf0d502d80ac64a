import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type {
  Agent,
  AgentOptions,
  ElicitationResult,
  OnElicitation,
} from '../../src/agent/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { openTestWorld, type TestWorld } from '../support/agents.ts'
import { lastPrompt } from '../support/conversation.ts'
import { firstEvent } from '../support/log-events.ts'
import { realClaudes } from '../support/real-claude.ts'
import { waitFor } from '../support/wait-for.ts'

const server = fileURLToPath(new URL('../support/asking-mcp-server.ts', import.meta.url))

async function openAskingWorld(version: string): Promise<TestWorld> {
  const options: Partial<AgentOptions> = {
    allowedTools: ['mcp__asking__greet'],
    mcpServers: { asking: { command: process.execPath, args: [server] } },
  }
  const script = [tool('mcp__asking__greet', {}), text('finished'), text('next')]
  return await openTestWorld({ version, script, options })
}

/** Older CLIs go on without a server that takes its time, so it is waited for. */
async function startAsked(world: TestWorld, options: Partial<AgentOptions>): Promise<Agent> {
  const agent = await world.start(options)
  await waitFor(
    async () =>
      JSON.stringify(await agent.control({ subtype: 'mcp_status' })).includes('"connected"'),
    { timeoutMs: 30_000, what: 'the server is connected' },
  )
  return agent
}

describe.each(realClaudes)('claude $version', ({ version }) => {
  const answers: ElicitationResult[] = [
    { action: 'accept', content: { name: 'A-NAME' } },
    { action: 'decline' },
    { action: 'cancel' },
  ]
  test.each(answers)('H1 a server asks and hears $action', async (answer) => {
    await using world = await openAskingWorld(version)
    const asked: { request: Parameters<OnElicitation>[0]; wasOpen: boolean }[] = []
    const onElicitation: OnElicitation = async (request) => {
      asked.push({ request, wasOpen: agent.requests.some((one) => one.id === request.id) })
      return answer
    }
    await using agent = await startAsked(world, { onElicitation })
    expect(await agent.turn('go').result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(asked).toMatchObject([
      {
        wasOpen: true,
        request: {
          kind: 'elicitation',
          serverName: 'asking',
          message: 'Who are you?',
          requestedSchema: { properties: { name: { type: 'string' } } },
        },
      },
    ])
    const heard = lastPrompt(world.model)?.toolResultText
    expect(heard).toContain(`"action":"${answer.action}"`)
    if (answer.action === 'accept') expect(heard).toContain('A-NAME')
    expect(agent.requests).toEqual([])
  })

  test('H1 a server that nobody answers in time hears cancel', async () => {
    await using world = await openAskingWorld(version)
    await using agent = await startAsked(world, {
      onElicitation: () => new Promise<never>(() => {}),
      requestTimeoutMs: 300,
    })
    expect(await agent.turn('go').result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(lastPrompt(world.model)?.toolResultText).toContain('"action":"cancel"')
  })

  test('H1 an interrupt withdraws what a server asks', async () => {
    await using world = await openAskingWorld(version)
    const signals: AbortSignal[] = []
    await using agent = await startAsked(world, {
      onElicitation: async (_request, { signal }) => {
        signals.push(signal)
        return await new Promise<never>(() => {})
      },
    })
    const turn = agent.turn('go')
    const { request } = await firstEvent(agent.events({ from: 'start' }), 'request_opened')
    expect(() => agent.answer(request.id, { behavior: 'allow' })).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    )
    await agent.interrupt()
    expect(await turn.result).toMatchObject({ outcome: 'cancelled' })
    expect(signals.map((one) => one.aborted)).toEqual([true])
    expect(agent.requests).toEqual([])
    expect(() => agent.answer(request.id, { action: 'decline' })).toThrow(
      expect.objectContaining({ code: 'request_not_open' }),
    )
  })
})
