import { McpServer } from '@modelcontextprotocol/server'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import type { Agent, McpServerConfig } from '../../src/agent/index.ts'
import { text, tool, tools } from '../../src/testing/index.ts'
import type { Reply } from '../../src/testing/index.ts'
import { openTestWorld } from '../support/agents.ts'
import { countInConversation, lastPrompt } from '../support/conversation.ts'
import { firstEvent } from '../support/log-events.ts'
import { listMarkedProcesses } from '../support/processes.ts'
import { newestClaude, realClaudes } from '../support/real-claude.ts'

const question = {
  question: 'WHICH-ONE?',
  header: 'One',
  multiSelect: false,
  options: [
    { label: 'A', description: 'a' },
    { label: 'B', description: 'b' },
  ],
}

const left = 'setsid nohup sleep 300 >/dev/null 2>&1 & echo LEFT-BEHIND'

/** What the turn waits on, and how that is known. */
const waits: { on: string; reply: Reply; isThere: (agent: Agent) => Promise<unknown> }[] = [
  {
    on: 'a permission, after a tool that left something behind',
    reply: tools(
      [
        { name: 'Bash', input: { command: left, description: 'leave' } },
        { name: 'Bash', input: { command: 'touch asked', description: 'ask' } },
      ],
      { text: 'BEFORE-THE-CALL' },
    ),
    isThere: (agent) => firstEvent(agent.events({ from: 'start' }), 'request_opened'),
  },
  {
    on: 'a question',
    reply: tool('AskUserQuestion', { questions: [question] }, { text: 'BEFORE-THE-CALL' }),
    isThere: (agent) => firstEvent(agent.events({ from: 'start' }), 'request_opened'),
  },
  {
    on: 'a tool of an in-process server',
    reply: tool('mcp__lab__hang', {}, { text: 'BEFORE-THE-CALL' }),
    isThere: async () => await called.promise,
  },
]

let called = Promise.withResolvers<void>()

function hangingServer(): McpServerConfig {
  called = Promise.withResolvers()
  const server = new McpServer({ name: 'lab', version: '1.0.0' })
  server.registerTool('hang', { description: 'Hangs', inputSchema: z.object({}) }, async () => {
    called.resolve()
    return await new Promise<never>(() => undefined)
  })
  return { type: 'sdk', instance: server }
}

const options = {
  allowedTools: ['mcp__lab', 'Bash(setsid:*)', 'Bash(echo:*)'],
  canUseTool: async (_name: string, input: Record<string, unknown>) =>
    input['command'] === left
      ? { behavior: 'allow' as const }
      : await new Promise<never>(() => undefined),
}

describe.each(realClaudes)('claude $version', ({ version }) => {
  test.each(waits)(
    'a turn that waits on $on is parked: nothing is lost, nothing refused',
    async (wait) => {
      await using world = await openTestWorld({ version, script: [wait.reply, text('went on')] })
      await using agent = await world.start({ ...options, mcpServers: { lab: hangingServer() } })
      const turn = agent.turn('PROMPT-ONE')
      const queued = agent.turn('PROMPT-QUEUED')
      await wait.isThere(agent)
      if (wait.on.startsWith('a permission')) {
        // The first request is answered by the options; the second one waits.
        await firstEvent(agent.events({ from: 'start' }), 'tool_finished')
      }
      expect(await agent.stop({ turn: 'park' })).toMatchObject({ how: 'terminated', survivors: [] })
      expect(listMarkedProcesses(agent.id)).toEqual([])
      expect(await turn.result).toMatchObject({
        outcome: 'parked',
        error: { code: 'parked' },
        text: 'BEFORE-THE-CALL',
        sessionId: agent.sessionId,
      })
      expect(await queued.result).toMatchObject({ outcome: 'lost', error: { code: 'not_sent' } })

      await using next = await world.start({ ...options, resume: agent.sessionId ?? '' })
      expect(await next.turn('THE-ANSWER').result).toMatchObject({ outcome: 'ok', text: 'went on' })
      const request = lastPrompt(world.model)
      expect(countInConversation(request, 'PROMPT-ONE')).toBe(1)
      expect(countInConversation(request, 'BEFORE-THE-CALL')).toBe(1)
      expect(countInConversation(request, 'THE-ANSWER')).toBe(1)
      expect(countInConversation(request, 'PROMPT-QUEUED')).toBe(0)
      expect(request?.conversation).not.toMatch(/rejected|doesn't want|interrupted by user/)
      if (wait.on.startsWith('a permission')) expect(request?.conversation).toContain('LEFT-BEHIND')
      // Older CLIs leave the call that has no answer out of the conversation.
      const says = countInConversation(request, 'its outcome is unknown')
      expect(says).toBe(version === newestClaude.version ? 1 : 0)
    },
  )

  test('a parked turn is charged what it has cost so far, also after another one', async () => {
    const usage = { inputTokens: 1000, outputTokens: 200 }
    const ask = tool('Bash', { command: 'touch asked', description: 'd' }, { usage })
    await using world = await openTestWorld({
      version,
      script: [text('one', { usage }), ask, ask, text('four', { usage })],
      options: { ...options, model: 'claude-opus-4-8' },
    })
    await using first = await world.start()
    const one = await first.turn('1').result
    const { costUsd, sessionId } = one
    expect(costUsd).toBeGreaterThan(0)
    let resume = sessionId ?? ''
    // In a process that has answered before, and in one that has resumed the conversation.
    for (const agent of [first, await world.start({ resume })]) {
      const turn = agent.turn('WAIT')
      await firstEvent(turn, 'request_opened')
      await agent.stop({ turn: 'park' })
      const parked = await turn.result
      expect(parked).toMatchObject({ outcome: 'parked', usage })
      expect(parked.costUsd).toBeCloseTo(costUsd ?? Number.NaN, 9)
      resume = parked.sessionId ?? ''
    }
    await using last = await world.start({ resume })
    expect((await last.turn('4').result).costUsd).toBeCloseTo(costUsd ?? Number.NaN, 9)
    expect(world.model.errors).toEqual([])
  })

  test('a turn that is over is not parked, and an agent without one ends politely', async () => {
    await using world = await openTestWorld({ version, script: [text('done')] })
    await using agent = await world.start()
    const turn = agent.turn('go')
    expect(await turn.result).toMatchObject({ outcome: 'ok' })
    expect(await agent.stop({ turn: 'park' })).toMatchObject({ how: 'closed', survivors: [] })
    expect(await turn.result).toMatchObject({ outcome: 'ok' })
  })
})
