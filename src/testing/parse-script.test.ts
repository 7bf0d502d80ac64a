import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { tempDir } from '../../test/support/temp-dir.ts'
import { parseScript, serveScript } from './index.ts'

test.each([
  [{ replys: [] }, 'script: unknown field "replys"', 'did you mean "replies"?'],
  [[{ tex: 'x' }], 'script: replies[0]: unknown field "tex"', 'did you mean "text"?'],
  [
    [{ text: 'x', usage: { inputTokns: 1 } }],
    'script: replies[0].usage: unknown field "inputTokns"',
    'did you mean "inputTokens"?',
  ],
  [
    [{ text: 'x' }, { text: 5 }],
    'script: replies[1].text: Invalid input: expected string, received number',
    'correct',
  ],
  [
    [{ failure: { kind: 'meteor' } }],
    'script: replies[0].failure.kind: Invalid discriminator value',
    'correct',
  ],
  [
    [{ failure: { kind: 'overloaded', zzzzzzzzzz: 1 } }],
    'script: replies[0].failure: unknown field "zzzzzzzzzz"',
    'leave it out',
  ],
  [
    [{ text: 'x', when: { model: '/(/' } }],
    'script: replies[0].when.model: not a valid regular expression',
    'correct',
  ],
  [
    [{ name: 'mute' }],
    'script: replies[0]: a reply needs text, thinking, tools, content or failure',
    'correct',
  ],
  [[{ content: [], text: 'x' }], 'script: replies[0]: content stands alone', 'correct'],
  [{ otherwise: { repeat: 0, text: 'x' } }, 'script: otherwise.repeat', 'correct'],
  ['text', 'script: Invalid input', 'correct'],
])('%j is refused by name', (script, message, cure) => {
  expect(() => parseScript(script)).toThrow(
    expect.objectContaining({
      code: 'script_invalid',
      message: expect.stringContaining(message),
      cure: expect.stringContaining(cure),
    }),
  )
})

test('a wrong word is met with the nearest', () => {
  expect(() => parseScript([{ failure: { kind: 'overloadd' } }])).toThrow(
    expect.objectContaining({ cure: 'did you mean "overloaded"?' }),
  )
})

test('an empty text is a reply', () => {
  expect(parseScript([{ text: '' }]).replies).toHaveLength(1)
})

test('a file is served, and what is wrong with it is told with its name', async () => {
  await using dir = await tempDir()
  const file = join(dir.path, 'script.json')
  await writeFile(file, '{"replies": [{"text": "from a file"}]}')
  const served = await serveScript(file)
  try {
    const answer = await fetch(`${served.url}/v1/messages`, { method: 'POST', body: '{}' })
    expect(await answer.text()).toContain('from a file')
  } finally {
    await served.close()
  }
  await writeFile(file, '{"replies": [{"text": ')
  await expect(serveScript(file)).rejects.toMatchObject({
    code: 'script_invalid',
    message: expect.stringContaining(file),
  })
  await writeFile(file, '[{"txt": "x"}]')
  await expect(serveScript(file)).rejects.toThrow(`${file}: replies[0]: unknown field "txt"`)
  await expect(serveScript(join(dir.path, 'none'))).rejects.toMatchObject({
    code: 'script_invalid',
  })
})

test('a port in use is refused', async () => {
  const example = fileURLToPath(new URL('../../docs/examples/scripted-model.json', import.meta.url))
  const served = await serveScript(example)
  try {
    const port = Number(new URL(served.url).port)
    await expect(serveScript(example, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  } finally {
    await served.close()
  }
})
