import { expect, test } from 'vitest'
import { readRecordings } from '../../../test/support/recordings.ts'
import { toEvents } from './to-events.ts'

test.each(['2.1.197', '2.1.328'])(
  'claude %s: a streamed reply is told piece by piece, as a whole, and with what it took',
  (version) => {
    const recording = readRecordings(version).find(({ name }) => name === 'simple-partials')
    const events = (recording?.turns ?? [])
      .flatMap((turn) => turn.messages)
      .flatMap((message) => toEvents(message, 0))
    const types = events.map(({ type }) => type)
    expect(types.indexOf('text_delta')).toBeLessThan(types.indexOf('text'))
    expect(types.filter((type) => type !== 'unknown' && !type.endsWith('_delta'))).toEqual([
      'init',
      'thinking',
      'text',
      'reply_tokens',
      'result',
    ])
    const pieces = events.map((event) => (event.type === 'text_delta' ? event.text : ''))
    const whole = events.find((event) => event.type === 'text')
    expect(pieces.join('')).toBe(whole?.text)
    expect(events.find((event) => event.type === 'reply_tokens')).toEqual({
      type: 'reply_tokens',
      inputTokens: 12,
      outputTokens: 5,
      parentToolUseId: null,
      offset: 0,
    })
  },
)
