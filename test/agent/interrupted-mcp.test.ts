import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { McpServer } from '@modelcontextprotocol/server'
import { expect, test } from 'vitest'
import * as z from 'zod'
import type { AgentOptions } from '../../src/agent/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { openTestWorld } from '../support/agents.ts'
import { findTranscript } from '../support/conversation.ts'
import { realClaudes } from '../support/real-claude.ts'
import { waitFor } from '../support/wait-for.ts'

function createServer(calls: string[]): McpServer {
  const server = new McpServer({ name: 'lab', version: '1.0.0' })
  const inputSchema = z.object({ word: z.string() })
  server.registerTool('shout', { description: 'Shouts', inputSchema }, async ({ word }) => {
    calls.push(word)
    return { content: [{ type: 'text', text: word.toUpperCase() }] }
  })
  return server
}

test.each(realClaudes.map(({ version }) => version))(
  '%s: a turn that the CLI takes up by itself has the tools of servers in this process',
  async (version) => {
    const calls: string[] = []
    const options = (): Partial<AgentOptions> => ({
      allowedTools: ['mcp__lab'],
      mcpServers: { lab: { type: 'sdk', instance: createServer(calls) } },
    })
    await using world = await openTestWorld({
      version,
      script: [
        text('first answer'),
        text('x'.repeat(4000), { pace: { chunkChars: 4, delayMs: 20 } }),
        tool('mcp__lab__shout', { word: 'loud' }),
        text('done'),
      ],
    })
    const agent = await world.start(options())
    await agent.turn('first').result
    const promptId = randomUUID()
    const cut = agent.turn('second', { promptId })
    for await (const { type } of cut) if (type === 'text_delta') break
    const { sessionId } = agent
    if (sessionId === null) throw new Error('the session has no id')
    const transcript = (): string => readFileSync(findTranscript(world.home, sessionId), 'utf8')
    await waitFor(() => transcript().includes('"second"'), { what: 'the prompt is on disk' })
    process.kill(-agent.pid, 'SIGKILL')
    await agent.ended

    const again = await world.start({
      ...options(),
      resume: sessionId,
      resumeInterruptedTurn: true,
    })
    await again.ready
    await waitFor(() => world.model.prompts.length >= 3, { what: 'the CLI takes the turn up' })
    const result = await again.turn('second', { promptId }).result
    expect(result).toMatchObject({ outcome: 'ok', text: 'done' })
    expect(calls).toEqual(['loud'])
  },
)
