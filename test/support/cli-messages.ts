type Message = Record<string, unknown>

// Messages of the CLI, as far as hostler reads them: short forms for tests.

export const running: Message = toState('running')
export const idle: Message = toState('idle')
/** The prompt "p" has been read. */
export const echo: Message = { type: 'user', uuid: 'p', message: { role: 'user', content: 'x' } }

/** A whole turn. */
export const turn = (...between: Message[]): Message[] => [running, ...between, idle]

export const said = (text: string): Message => ({
  type: 'assistant',
  message: { id: 'm', content: [{ type: 'text', text }] },
})

export const result = (fields: Message = {}): Message => ({
  type: 'result',
  subtype: 'success',
  is_error: false,
  stop_reason: 'end_turn',
  result: 'done',
  ...fields,
})

/** A result that is an error: by its subtype, or a "success" of which `fields` tell. */
export const failed = (subtype: string, fields: Message = {}): Message =>
  result({ is_error: true, subtype, ...fields })

/** The turn was broken off from outside or by an interrupt. */
export const aborted = (how: 'streaming' | 'tools'): Message =>
  failed('error_during_execution', { terminal_reason: `aborted_${how}` })

export const apiRetry = (attempt: number, status: number, error: string): Message => ({
  type: 'system',
  subtype: 'api_retry',
  attempt,
  error_status: status,
  error,
})

/** A turn that an error of the API has ended: the CLI’s own message about it, and its result. */
export const apiError = (kind: string, status: number | null, ...before: Message[]): Message[] =>
  turn(
    ...before,
    { type: 'assistant', error: kind, message: { content: [] }, api_error_status: status },
    failed('success', { api_error_status: status, result: 'API Error' }),
  )

/** `resetsAt` in seconds. */
export const limit = (status: string, resetsAt: number | null, type = 'five_hour'): Message => ({
  type: 'rate_limit_event',
  rate_limit_info: {
    status,
    ...(resetsAt === null ? {} : { resetsAt }),
    ...(type === '' ? {} : { rateLimitType: type }),
  },
})

function toState(state: string): Message {
  return { type: 'system', subtype: 'session_state_changed', state }
}
