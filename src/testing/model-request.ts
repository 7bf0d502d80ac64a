import type { IncomingMessage } from 'node:http'

/** Which part of the script answered a request. */
export type UsedReply =
  | { from: 'script'; index: number; name: string | null }
  | { from: 'otherwise'; name: string | null }
  /** The script had nothing (more) for it. */
  | { from: 'dry' }
  /** Answered without the script: quota probe, `count_tokens`, or a path that is not served. */
  | { from: 'server'; what: 'probe' | 'count_tokens' | 'not_found' }

/** One request to the scripted model. */
export type ModelRequest = {
  /** Counts all requests, from 0. */
  index: number
  method: string
  /** Without the query. */
  path: string
  headers: Record<string, string>
  /** The parsed JSON body; `null` when there is none. */
  body: Record<string, unknown> | null
  model: string
  stream: boolean
  /** The newest text that the user wrote, without the CLI's reminders; '' when there is none. */
  lastUserText: string
  /** What the tools gave back in the newest user message; '' when it has no tool result. */
  toolResultText: string
  hasToolResult: boolean
  systemText: string
  /** The whole conversation as JSON. */
  conversation: string
  /** Epoch milliseconds. */
  at: number
  reply: UsedReply
  /** How the exchange ended, once it has: `cut` by either side before the reply was complete. */
  end: 'finished' | 'cut' | null
}

/** What the server knows of a request, with the facts that scripts match on. */
export function toModelRequest(
  request: IncomingMessage,
  context: { index: number; body: string; at: number },
): ModelRequest {
  const body = parseObject(context.body)
  const messages = toObjects(body?.['messages'])
  const newestUser = messages.findLast((message) => message['role'] === 'user')
  const toolResults = toObjects(newestUser?.['content']).filter(
    (it) => it['type'] === 'tool_result',
  )
  return {
    index: context.index,
    method: request.method ?? 'GET',
    path: (request.url ?? '/').split('?', 1)[0] ?? '/',
    headers: toHeaders(request),
    body,
    model: typeof body?.['model'] === 'string' ? body['model'] : '',
    stream: body?.['stream'] === true,
    lastUserText: findUserText(messages),
    toolResultText: toolResults.map((it) => toText(it['content'])).join('\n'),
    hasToolResult: toolResults.length > 0,
    systemText: toText(body?.['system']),
    conversation: JSON.stringify(messages),
    at: context.at,
    reply: { from: 'server', what: 'not_found' },
    end: null,
  }
}

/**
 * The CLI puts its reminders beside the user's words, as blocks of their own or (2.1.197) as a
 * further message of the role `system`: neither is what the user wrote.
 */
function findUserText(messages: Record<string, unknown>[]): string {
  for (const message of messages.toReversed()) {
    if (message['role'] !== 'user') continue
    const content = message['content']
    const texts =
      typeof content === 'string'
        ? [content]
        : toObjects(content)
            .filter((block) => block['type'] === 'text')
            .map((block) => toText(block['text']))
    const written = texts.filter((it) => it !== '' && !it.startsWith('<system-reminder>'))
    if (written.length > 0) return written.join('\n')
  }
  return ''
}

function toText(content: unknown): string {
  if (typeof content === 'string') return content
  return toObjects(content)
    .map((block) => (typeof block['text'] === 'string' ? block['text'] : ''))
    .join('\n')
}

function toHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function toObjects(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
