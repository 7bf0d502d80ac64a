import type { Readable } from 'node:stream'
import type { FakePrompt } from './lines.ts'

/** A line of standard input, as far as the fake understands it. */
export type FakeInput =
  | { kind: 'prompt'; prompt: FakePrompt }
  | { kind: 'control'; id: string; subtype: string; body: Record<string, unknown> }
  | { kind: 'answer'; id: string; response: unknown }
  | { kind: 'nothing' }
  | { kind: 'broken'; line: string }

/** Reads lines until the stream ends; the last one may lack its newline. */
export async function* readInput(input: Readable): AsyncGenerator<FakeInput> {
  let pieces: string[] = []
  input.setEncoding('utf8')
  for await (const chunk of input) {
    const parts = String(chunk).split('\n')
    for (const part of parts.slice(0, -1)) {
      yield parseInput(pieces.join('') + part)
      pieces = []
    }
    pieces.push(parts.at(-1) ?? '')
  }
  yield parseInput(pieces.join(''))
}

function parseInput(line: string): FakeInput {
  if (line.trim() === '') return { kind: 'nothing' }
  let message: unknown
  try {
    message = JSON.parse(line)
  } catch {
    return { kind: 'broken', line }
  }
  const type = get(message, 'type')
  if (type === 'user') return toPrompt(message)
  if (type === 'control_request') {
    const body = get(message, 'request')
    return isObject(body)
      ? {
          kind: 'control',
          id: String(get(message, 'request_id')),
          subtype: String(body['subtype']),
          body,
        }
      : { kind: 'broken', line }
  }
  if (type === 'control_response') {
    const response = get(message, 'response')
    return { kind: 'answer', id: String(get(response, 'request_id')), response }
  }
  return { kind: 'nothing' }
}

/** Whether the host's answer to `can_use_tool` lets the tool run. */
export function isPermission(response: unknown): boolean {
  return get(get(response, 'response'), 'behavior') === 'allow'
}

function toPrompt(message: unknown): FakeInput {
  const content = get(get(message, 'message'), 'content')
  const id = get(message, 'uuid')
  const text =
    typeof content === 'string'
      ? content
      : (Array.isArray(content) ? content : [])
          .map((block: unknown) => get(block, 'text'))
          .filter((it) => typeof it === 'string')
          .join('\n')
  return { kind: 'prompt', prompt: { id: typeof id === 'string' ? id : null, text, content } }
}

function get(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
