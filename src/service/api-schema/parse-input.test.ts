import { describe, expect, test } from 'vitest'
import { parseInput } from './parse-input.ts'
import { submissionSchema } from './run-schema.ts'
import { newSessionSchema } from './session-schema.ts'

const refused = (input: unknown): unknown => {
  try {
    return parseInput(submissionSchema, input, { name: 'submission' })
  } catch (error) {
    return error
  }
}

describe('what is sent is refused with the field, its value and the cure', () => {
  const right = { key: 'k', prompt: 'hi' }
  test.each([
    [{ ...right, promt: 1 }, 'promt', 'there is no such field', 'did you mean "prompt"?'],
    [{ ...right, xyz: 1 }, 'xyz', 'there is no such field', 'leave it out'],
    [
      { ...right, options: { max_turns: 1 } },
      'options.max_turns',
      'there is no such field',
      'did you mean "maxTurns"?',
    ],
    [
      { ...right, workspace: { path: '/x', refs: 'y' } },
      'workspace.refs',
      'there is no such field',
      'did you mean "ref"?',
    ],
    [
      { ...right, workspace: { git: 1 } },
      'workspace',
      'cannot be an object',
      'give { path } or { git, ref?, branch? }',
    ],
    [{ prompt: 'hi', key: '' }, 'key', 'cannot be ""', /give a text of 1 to 512/],
    [{ ...right, key: 'a\nb' }, 'key', String.raw`cannot be "a\nb"`, /without control/],
    [{ ...right, key: '\ud800' }, 'key', /cannot be/, /without control/],
    [{ ...right, priority: 101 }, 'priority', 'cannot be 101', /from -100 to 100/],
    [{ ...right, delayMs: -1 }, 'delayMs', 'cannot be -1', /whole number of milliseconds/],
    [{ ...right, delayMs: 1.5 }, 'delayMs', 'cannot be 1.5', /whole number of milliseconds/],
    [
      { ...right, onBusy: 'steeer' },
      'onBusy',
      'cannot be "steeer"',
      'give one of queue, interrupt, steer (did you mean "steer"?)',
    ],
    [{ ...right, labels: { a: 1 } }, 'labels.a', 'cannot be 1', /give a text/],
    [{ ...right, labels: ['a'] }, 'labels', 'cannot be an array', 'give an object of texts'],
    [{ key: 'k' }, 'prompt', 'is missing', /give a text, or an array/],
    [
      { ...right, attachments: [{ name: 'a', mediaType: 'b', data: 'c' }] },
      'attachments.0.data',
      'cannot be "c"',
      'give bytes (a Uint8Array)',
    ],
    ['hi', 'submission', 'cannot be "hi"', /give an object with at least/],
    [null, 'submission', 'cannot be null', /give an object with at least/],
    [undefined, 'submission', 'is missing', /give an object with at least/],
  ])('%j', (input, field, problem, cure) => {
    const is = (text: string | RegExp): unknown =>
      typeof text === 'string' ? text : expect.stringMatching(text)
    expect(refused(input)).toMatchObject({
      code: 'invalid_input',
      params: { field, problem: is(problem), cure: is(cure) },
    })
  })

  test('what JavaScript writes for nothing is nothing', () => {
    expect(
      parseInput(
        newSessionSchema,
        { key: undefined, options: { model: undefined } },
        { name: 's' },
      ),
    ).toEqual({ options: {} })
  })
})
