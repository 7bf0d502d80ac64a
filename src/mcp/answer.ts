import type { CallToolResult } from '@modelcontextprotocol/server'
import type { HostlerError } from '../errors.ts'

/** What a tool gives: for programs as it is, and as text for clients that show their model nothing else. */
export function toAnswer(value: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(value) }], structuredContent: value }
}

/** An error that the model reads, and may do something about. */
export function toErrorAnswer({ code, message, cure, params }: HostlerError): CallToolResult {
  const text = `${code}: ${message}${cure === '' ? '' : `\nWhat to do: ${cure}`}`
  return {
    content: [{ type: 'text', text }],
    structuredContent: { error: { code, message, cure, params } },
    isError: true,
  }
}
