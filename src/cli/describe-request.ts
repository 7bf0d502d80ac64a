import type { ModelRequest } from '../testing/index.ts'
import { safeLine } from './terminal/safe-text.ts'
import { fitText } from './terminal/text-width.ts'

/** One request to the scripted model, and what answered it, in one line. */
export function describeRequest(request: ModelRequest): string {
  const { reply, method, path, model, hasToolResult } = request
  const text = hasToolResult ? `(tool) ${request.toolResultText}` : request.lastUserText
  const what = text === '' ? '' : `  ${JSON.stringify(fitText(safeLine(text), 60))}`
  return `${method} ${path}${model === '' ? '' : `  ${model}`}${what}  → ${describeReply(reply)}`
}

function describeReply(reply: ModelRequest['reply']): string {
  switch (reply.from) {
    case 'script':
      return reply.name ?? `reply ${reply.index}`
    case 'otherwise':
      return reply.name ?? 'otherwise'
    case 'dry':
      return 'nothing: the script has run dry'
    case 'server':
      return reply.what.replaceAll('_', ' ')
    default:
      return reply satisfies never
  }
}
