import { describe, expect, test } from 'vitest'
import { HostlerError } from '../../errors.ts'
import { parsePrompt, toUserMessage } from './prompt.ts'

const uuid = '0d9c2f3e-5a7b-4c1d-8e2f-3a4b5c6d7e8f'
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const pdf = Buffer.from('%PDF-1.4\n%%EOF').toString('base64')

function image(source: Record<string, unknown>): unknown[] {
  return [{ type: 'image', source }]
}

function refusal(prompt: unknown): string {
  try {
    parsePrompt(prompt)
  } catch (error) {
    if (!(error instanceof HostlerError)) throw error
    return `${error.code} ${error.message}: ${error.cure}`
  }
  throw new Error('was not refused')
}

describe('O4 prompts', () => {
  test.each(
    ['hi', '--help', '-c', 'a\0b', 'a\rb\r\nc', '  hi \n', '\u2028', 'x😀'].filter(
      (it) => it.trim() !== '',
    ),
  )('taken as they are: %j', (prompt) => expect(parsePrompt(prompt)).toBe(prompt))

  test('1 MB and more is taken, more than the API takes is not', () => {
    const long = 'x'.repeat(1_000_000)
    expect(parsePrompt(long)).toBe(long)
    expect(refusal('x'.repeat(32_000_000))).toMatch(/^invalid_prompt prompt: 32000002 bytes/)
  })

  test('images and documents', () => {
    const prompt = [
      { type: 'text', text: 'what is this?' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
      { type: 'image', source: { type: 'url', url: 'https://localhost/a.png' } },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: pdf } },
      {
        type: 'document',
        title: 't',
        source: { type: 'text', media_type: 'text/plain', data: 'd' },
      },
    ]
    expect(parsePrompt(prompt)).toEqual(prompt)
  })

  test.each<[unknown, RegExp]>([
    ['', /it is empty/],
    [' \n\t', /only white space/],
    [[], /at least one block/],
    [undefined, /undefined is not a prompt/],
    [7, /number is not a prompt/],
    [{ type: 'text', text: 'x' }, /object is not a prompt/],
    ['a\ud800b', /index 1 \(lone surrogate U\+D800\)/],
    ['😀\udc00', /index 2 \(lone surrogate U\+DC00\)/],
    [[{ type: 'text', text: 'x\udfff' }], /block 0 has half a character/],
    [
      [
        { type: 'text', text: 'x' },
        { type: 'text', text: '' },
      ],
      /block 1 is empty/,
    ],
    [[{ type: 'txt', text: 'x' }], /block 0 is not a content block \(type: /],
    [[{ type: 'text', text: 'x', cache_control: {} }], /block 0 is not .*cache_control/],
    [image({ type: 'base64', media_type: 'image/bmp', data: png }), /image\/bmp.* is not taken/],
    [image({ type: 'base64', media_type: 'image/jpeg', data: png }), /data is not image\/jpeg/],
    [
      image({ type: 'base64', media_type: 'image/png', data: `data:image/png;base64,${png}` }),
      /not base64/,
    ],
    [image({ type: 'base64', media_type: 'image/png', data: '' }), /not base64/],
    [image({ type: 'url', url: 'file:///etc/passwd' }), /not an http\(s\) URL/],
    [image({ type: 'text', media_type: 'text/plain', data: 'x' }), /an image cannot be text/],
  ])('refused: %j', (prompt, expected) => {
    expect(refusal(prompt)).toMatch(expected)
    expect(refusal(prompt)).toMatch(/^invalid_prompt /)
  })
})

describe('O7 the line for the CLI', () => {
  test('carries the prompt and our id', () => {
    expect(toUserMessage('hi', { uuid })).toEqual({
      type: 'user',
      message: { role: 'user', content: 'hi' },
      uuid,
      parent_tool_use_id: null,
    })
  })

  test('a leading slash is only a character unless commands are wanted', () => {
    expect(toUserMessage('/clear', { uuid }).message.content).toBe(' /clear')
    expect(toUserMessage('/clear', { uuid, slashCommands: 'run' }).message.content).toBe('/clear')
    expect(toUserMessage('see /clear', { uuid }).message.content).toBe('see /clear')
    const blocks = [
      { type: 'text' as const, text: 'x' },
      { type: 'text' as const, text: '/clear' },
    ]
    expect(toUserMessage(blocks, { uuid }).message.content).toEqual([
      { type: 'text', text: 'x' },
      { type: 'text', text: ' /clear' },
    ])
    expect(blocks[1]?.text).toBe('/clear')
  })
})
