import { describe, expect, test } from 'vitest'
import { playModel } from '../../test/support/play-model.ts'
import { realClaudes } from '../../test/support/real-claude.ts'
import { failure, text } from './index.ts'

describe.each(realClaudes)('claude $version', ({ path }) => {
  test('a rate limit', async () => {
    const seen = await playModel(path, { script: [failure.rateLimited({ retryAfterS: 3600 })] })
    expect(seen.code).toBe(1)
    expect(seen.result).toMatchObject({ is_error: true, subtype: 'success', api_error_status: 429 })
    expect(seen.prompts).toHaveLength(1)
  })

  test.each(['five_hour', 'seven_day'] as const)('a used-up %s limit', async (claim) => {
    const resetsAt = Math.floor(Date.now() / 1000) + 7200
    const seen = await playModel(path, {
      script: [failure.usageLimit({ claim, resetsAt })],
      oauthToken: 'sk-ant-oat01-dummy',
      maxRetries: 10,
    })
    expect(seen.prompts).toHaveLength(1)
    expect(seen.prompts[0]?.headers['authorization']).toBe('Bearer sk-ant-oat01-dummy')
    const event = seen.lines.find((it) => it['type'] === 'rate_limit_event')
    expect(event?.['rate_limit_info']).toMatchObject({
      status: 'rejected',
      resetsAt,
      rateLimitType: claim,
    })
    expect(seen.result).toMatchObject({ is_error: true, api_error_status: 429 })
  })

  test('overload is tried three times', async () => {
    const seen = await playModel(path, {
      script: [failure.overloaded({ repeat: true })],
      maxRetries: 10,
    })
    expect(seen.prompts).toHaveLength(3)
    expect(seen.result).toMatchObject({ is_error: true })
    expect(seen.result?.['result']).toContain('529')
  })

  test('a bad key, a bad request, a server error', async () => {
    const bad = await playModel(path, { script: [failure.badRequest('odd', { repeat: true })] })
    expect(bad.result).toMatchObject({ result: 'API Error: 400 odd', api_error_status: 400 })
    const key = await playModel(path, { script: [failure.unauthorized()] })
    expect(key.result).toMatchObject({ result: 'Invalid API key · Fix external API key' })
    const server = await playModel(path, { script: [failure.serverError()] })
    expect(server.result?.['result']).toContain('API Error: 500')
  })

  test('a prompt that is too long', async () => {
    const seen = await playModel(path, { script: [failure.promptTooLong()] })
    expect(seen.result).toMatchObject({ is_error: true, terminal_reason: 'prompt_too_long' })
    expect(seen.result?.['result']).toMatch(/^Prompt is too long/)
  })

  test('a refusal', async () => {
    const seen = await playModel(path, { script: [failure.refusal({ repeat: 2 })] })
    expect(seen.result).toMatchObject({ is_error: true, stop_reason: 'refusal' })
  })

  test('an empty reply', async () => {
    const seen = await playModel(path, { script: [failure.empty({ repeat: true })] })
    expect(seen.code).toBe(0)
    expect(seen.result).toMatchObject({ is_error: false, result: '' })
    expect(seen.prompts).toHaveLength(2)
  })

  test('a drop in mid-block makes the CLI ask again without streaming', async () => {
    const seen = await playModel(path, {
      script: [
        failure.drop('mid_block', { text: 'half of a long text that breaks off' }),
        text('whole'),
      ],
    })
    expect(seen.result).toMatchObject({ is_error: false, result: 'whole' })
    expect(seen.prompts.map((it) => it.stream)).toEqual([true, false])
    expect(seen.prompts.map((it) => it.end)).toEqual(['cut', 'finished'])
  })

  test('an error event in mid-stream does so too', async () => {
    const seen = await playModel(path, {
      script: [failure.streamError({ text: 'half of a long text that breaks off' }), text('whole')],
    })
    expect(seen.result).toMatchObject({ is_error: false, result: 'whole' })
  })

  test('a drop before the headers', async () => {
    const seen = await playModel(path, { script: [failure.drop()] })
    expect(seen.result).toMatchObject({ is_error: true, api_error_status: null })
    expect(seen.result?.['result']).toContain('ECONNRESET')
  })
})
