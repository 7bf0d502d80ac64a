import { describe, expect, test } from 'vitest'
import { attachAgent } from '../../src/agent/index.ts'
import { failure, text, tool } from '../../src/testing/index.ts'
import { followTurn, openTestWorld } from '../support/agents.ts'
import { lastPrompt } from '../support/conversation.ts'
import { realClaudes } from '../support/real-claude.ts'

/** One red pixel. */
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='

const schema = {
  type: 'object',
  properties: { name: { type: 'string' }, size: { type: 'integer' } },
  required: ['name', 'size'],
}

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('images and documents reach the API as they are', async () => {
    await using world = await openTestWorld({ version, script: [text('seen')] })
    await using agent = await world.start()
    const image = {
      type: 'image' as const,
      source: { type: 'base64' as const, media_type: 'image/png', data: png },
    }
    const document = {
      type: 'document' as const,
      title: 'THE-TITLE',
      source: {
        type: 'text' as const,
        media_type: 'text/plain' as const,
        data: 'THE-CONTENT',
      },
    }
    const prompt = [{ type: 'text' as const, text: 'What is it?' }, image, document]
    expect(await agent.turn(prompt).result).toMatchObject({ outcome: 'ok', text: 'seen' })
    const sent = lastPrompt(world.model)?.conversation
    expect(sent).toContain(`"source":${JSON.stringify(image.source)}`)
    for (const part of ['THE-TITLE', 'THE-CONTENT', 'What is it?']) expect(sent).toContain(part)
  })

  test('a value of the wanted shape, in each turn of the agent', async () => {
    const value = { name: 'ada', size: 3 }
    await using world = await openTestWorld({
      version,
      script: [
        tool('StructuredOutput', value),
        tool('StructuredOutput', { name: 'ada', size: 'three' }),
        tool('StructuredOutput', { name: 'bob', size: 4 }),
      ],
    })
    await using agent = await world.start({ outputFormat: { type: 'json_schema', schema } })
    const first = await agent.turn('one').result
    expect(first).toMatchObject({ outcome: 'ok', structuredOutput: value })
    const second = await agent.turn('two').result
    expect(second).toMatchObject({ outcome: 'ok', structuredOutput: { name: 'bob', size: 4 } })
    expect(world.model.errors).toEqual([])
  })

  test('another model steps in when the first is overloaded, and says so', async () => {
    await using world = await openTestWorld({
      version,
      script: [
        failure.overloaded({ when: { model: 'opus' }, repeat: true }),
        text('stepped in', { when: { model: 'haiku' } }),
      ],
    })
    await using agent = await world.start({
      model: 'claude-opus-4-8',
      fallbackModel: 'claude-haiku-4-5',
    })
    const { result, events } = await followTurn(agent.turn('go'))
    expect(result).toMatchObject({ outcome: 'ok', text: 'stepped in', error: null })
    expect(Object.keys(result.usage.byModel).join()).toContain('haiku')
    expect(events.filter((one) => one.type === 'model_fallback')).toMatchObject([
      { from: 'claude-opus-4-8', to: expect.stringContaining('haiku') },
    ])
    expect(events.some((one) => one.type === 'api_retry' && one.status === 529)).toBe(true)
  })

  test('a used-up subscription says until when, each time, and recovers by itself', async () => {
    const resetsAt = Math.floor(Date.now() / 1000) + 7200
    await using world = await openTestWorld({
      version,
      oauthToken: 'sk-ant-oat01-dummy',
      script: [
        failure.usageLimit({ resetsAt }),
        failure.usageLimit({ resetsAt }),
        text('recovered'),
      ],
    })
    await using agent = await world.start()
    const limited = {
      outcome: 'rate_limited',
      apiStatus: 429,
      retryAt: resetsAt * 1000,
      costUsd: 0,
    }
    const first = await followTurn(agent.turn('one'))
    expect(first.result).toMatchObject(limited)
    expect(first.events.filter((one) => one.type === 'rate_limit')).toMatchObject([
      { status: 'rejected', limitType: 'five_hour', resetsAt: resetsAt * 1000 },
    ])
    expect(await agent.turn('two').result).toMatchObject(limited)
    // Nor is it forgotten when another supervisor judges the turn.
    await using watcher = await attachAgent(agent.dir, { readOnly: true })
    expect(await watcher.lastTurn?.result).toMatchObject(limited)
    expect(await agent.turn('three').result).toMatchObject({
      outcome: 'ok',
      text: 'recovered',
      retryAt: null,
    })
    expect(world.model.prompts[0]?.headers['authorization']).toBe('Bearer sk-ant-oat01-dummy')
  })
})
