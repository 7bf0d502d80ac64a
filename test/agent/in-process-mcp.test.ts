import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { McpServer } from '@modelcontextprotocol/server'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { attachAgent, type McpServerConfig } from '../../src/agent/index.ts'
import { text, tool, tools } from '../../src/testing/index.ts'
import { openTestWorld } from '../support/agents.ts'
import { lastPrompt, toolNames } from '../support/conversation.ts'
import { firstEvent } from '../support/log-events.ts'
import { newestClaude, realClaudes } from '../support/real-claude.ts'
import { startSupervisor } from '../support/supervisors.ts'
import { waitFor } from '../support/wait-for.ts'

type Seen = { calls: string[]; cancelled: boolean[]; server: McpServer }

/** A server whose tools answer, fail, tell how far they are, and never end. */
function createServer(): Seen {
  const server = new McpServer({ name: 'lab', version: '1.0.0' })
  const seen: Seen = { calls: [], cancelled: [], server }
  const inputSchema = z.object({ word: z.string() })
  server.registerTool('shout', { description: 'Shouts', inputSchema }, async ({ word }) => {
    seen.calls.push(word)
    return { content: [{ type: 'text', text: word.toUpperCase() }] }
  })
  server.registerTool('fail', { description: 'Fails', inputSchema }, async ({ word }) => {
    throw new Error(`BROKE-ON-${word}`)
  })
  server.registerTool('slow', { description: 'Tells', inputSchema }, async ({ word }, context) => {
    const { _meta: meta, notify } = context.mcpReq
    const progressToken = meta?.progressToken
    if (progressToken !== undefined) {
      for (const progress of [1, 2, 3]) {
        await notify({
          method: 'notifications/progress',
          params: { progressToken, progress, total: 3 },
        })
      }
    }
    return { content: [{ type: 'text', text: `slowly ${word}` }] }
  })
  server.registerTool('hang', { description: 'Hangs', inputSchema }, async ({ word }, context) => {
    const { signal } = context.mcpReq
    seen.calls.push(word)
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    seen.cancelled.push(signal.aborted)
    return { content: [] }
  })
  return seen
}

const allowedTools = ['mcp__lab']

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('tools of a server in this process: called, failing, and telling their progress', async () => {
    const { server, calls } = createServer()
    await using world = await openTestWorld({
      version,
      script: [
        tool('mcp__lab__shout', { word: 'loud' }),
        tools([
          { name: 'mcp__lab__fail', input: { word: 'one' } },
          { name: 'mcp__lab__slow', input: { word: 'two' } },
          { name: 'mcp__lab__shout', input: { word: 3 } },
        ]),
        text('finished'),
      ],
    })
    await using agent = await world.start({
      allowedTools,
      mcpServers: { lab: { type: 'sdk', instance: server } },
    })
    const init = firstEvent(agent.events({ from: 'start' }), 'init')
    expect(await agent.turn('go').result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect((await init).mcpServers).toEqual([{ name: 'lab', status: 'connected' }])
    expect(toolNames(world.model.prompts[0])).toBeDefined()
    expect(world.model.prompts[1]?.toolResultText).toContain('LOUD')
    const heard = lastPrompt(world.model)?.toolResultText
    expect(heard).toContain('BROKE-ON-one')
    expect(heard).toContain('slowly two')
    // What does not fit the schema never reaches the tool.
    expect(calls).toEqual(['loud'])
    expect(readFileSync(join(agent.dir, 'in.jsonl'), 'utf8')).toContain('notifications/progress')
  })

  test('tools that come later are found, and one that hangs is cancelled with its turn', async () => {
    const { server, calls, cancelled } = createServer()
    await using world = await openTestWorld({
      version,
      script: [
        text('ready'),
        tool('mcp__lab__late', {}),
        text('finished'),
        tool('mcp__lab__hang', { word: 'hung' }),
        text('after'),
      ],
    })
    await using agent = await world.start({
      allowedTools,
      mcpServers: { lab: { type: 'sdk', instance: server } },
    })
    await agent.turn('one').result
    server.registerTool('late', { description: 'Late', inputSchema: z.object({}) }, async () => ({
      content: [{ type: 'text', text: 'BETTER-LATE' }],
    }))
    // Older CLIs keep to the tools that they found at the start.
    const isHeeded = version === newestClaude.version
    const output = join(agent.dir, 'out.jsonl')
    if (isHeeded) await waitFor(() => readFileSync(output, 'utf8').split('"tools/list"').length > 2)
    expect(await agent.turn('two').result).toMatchObject({ outcome: 'ok', text: 'finished' })
    const heard = lastPrompt(world.model)?.toolResultText
    expect(heard).toContain(isHeeded ? 'BETTER-LATE' : 'No such tool')

    const hanging = agent.turn('three')
    await waitFor(() => calls.includes('hung'))
    await agent.interrupt()
    expect(await hanging.result).toMatchObject({ outcome: 'cancelled' })
    await waitFor(() => cancelled.includes(true))
    expect(await agent.turn('four').result).toMatchObject({ outcome: 'ok', text: 'after' })
  })

  test('whoever takes an agent over brings the server along', async () => {
    await using world = await openTestWorld({
      version,
      script: [
        tool('mcp__lab__shout', { word: 'one' }),
        text('first'),
        tool('mcp__lab__shout', { word: 'two' }),
        text('second'),
      ],
    })
    const before = createServer()
    await using first = await world.start({
      allowedTools,
      mcpServers: { lab: { type: 'sdk', instance: before.server } },
    })
    expect(await first.turn('go').result).toMatchObject({ outcome: 'ok', text: 'first' })
    await first.detach()
    const after = createServer()
    await using second = await attachAgent(first.dir, {
      mcpServers: { lab: { type: 'sdk', instance: after.server } },
    })
    expect(await second.turn('go').result).toMatchObject({ outcome: 'ok', text: 'second' })
    expect(before.calls).toEqual(['one'])
    expect(after.calls).toEqual(['two'])
    expect(lastPrompt(world.model)?.toolResultText).toContain('TWO')
  })

  test('a call that its supervisor took to its grave is made again of the next one’s server', async () => {
    await using world = await openTestWorld({
      version,
      script: [
        tool('mcp__lab__hang', { word: 'asked' }, { id: 'toolu_hung' }),
        tool('mcp__lab__hang', { word: 'asked again' }, { id: 'toolu_later' }),
        text('finished'),
      ],
      options: { allowedTools },
    })
    const prompts = [{ text: 'go', promptId: randomUUID() }]
    const order = { options: world.options, prompts, hasHangingTool: true }
    await using first = await startSupervisor(order, world.env)
    const { dir } = first.report
    const output = join(dir, 'out.jsonl')
    await waitFor(() => readFileSync(output, 'utf8').includes('"tools/call"'))
    await first.kill()

    const calls: unknown[] = []
    const server = new McpServer({ name: 'lab', version: '1.0.0' })
    const inputSchema = z.object({ word: z.string() })
    server.registerTool(
      'hang',
      { description: 'Answers', inputSchema },
      async ({ word }, { mcpReq: { _meta: meta, signal } }) => {
        calls.push([word, meta?.['claudecode/toolUseId'], signal.aborted])
        return { content: [{ type: 'text', text: `BACK-${word}` }] }
      },
    )
    await using second = await attachAgent(dir, {
      mcpServers: { lab: { type: 'sdk', instance: server } },
    })
    expect(await second.lastTurn?.result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(calls).toEqual([
      ['asked', 'toolu_hung', false],
      ['asked again', 'toolu_later', false],
    ])
    expect(world.model.prompts[1]?.toolResultText).toContain('BACK-asked')
    await second.detach()
    // It has its answer now.
    const third = createServer()
    await using last = await attachAgent(dir, {
      mcpServers: { lab: { type: 'sdk', instance: third.server } },
    })
    await last.stop()
    expect(third.calls).toEqual([])
  })

  test('no time counts while a tool waits for somebody, and all of it while one works', async () => {
    const call = tool('mcp__lab__ask', {})
    await using world = await openTestWorld({
      version,
      script: [call, call, text('finished')],
      options: { allowedTools, timeoutMs: 4000, stallTimeoutMs: 2000 },
    })
    const answer = Promise.withResolvers<void>()
    const asked: string[] = []
    const lab = (name: string, waitingTools: string[]): McpServerConfig => {
      const server = new McpServer({ name: 'lab', version: '1.0.0' })
      const described = { description: 'Asks', inputSchema: z.object({}) }
      server.registerTool('ask', described, async () => {
        asked.push(name)
        await answer.promise
        return { content: [{ type: 'text', text: 'ANSWERED' }] }
      })
      return { type: 'sdk', instance: server, waitingTools }
    }
    await using waiting = await world.start({ mcpServers: { lab: lab('waiting', ['ask']) } })
    await waiting.ready
    const patient = waiting.turn('wait')
    await waitFor(() => asked.includes('waiting'))
    await using working = await world.start({ mcpServers: { lab: lab('working', []) } })
    await working.ready
    expect(await working.turn('work').result).toMatchObject({ outcome: 'timeout' })
    expect(asked).toEqual(['waiting', 'working'])
    expect(waiting.currentTurn).toBe(patient)
    answer.resolve()
    expect(await patient.result).toMatchObject({ outcome: 'ok', text: 'finished' })
  })
})
