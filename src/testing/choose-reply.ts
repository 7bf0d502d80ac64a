import type { ModelRequest } from './model-request.ts'
import { takeReply, type ScriptQueue } from './script-queue.ts'
import type { ScriptedReply } from './script.ts'

/** Decides what answers the request, and notes that in it. `null`: not a scripted reply. */
export function chooseReply(queue: ScriptQueue, request: ModelRequest): ScriptedReply | null {
  if (request.method !== 'POST') return null
  if (request.path === '/v1/messages/count_tokens') {
    request.reply = { from: 'server', what: 'count_tokens' }
    return null
  }
  if (request.path !== '/v1/messages') return null
  // The CLI asks for one token when it only wants to know its quota.
  if (request.body?.['max_tokens'] === 1) {
    request.reply = { from: 'server', what: 'probe' }
    return { text: '.' }
  }
  const taken = takeReply(queue, request)
  if (taken === null) {
    request.reply = { from: 'dry' }
    return null
  }
  const name = (typeof taken.reply === 'function' ? null : taken.reply.name) ?? null
  request.reply =
    taken.index === null
      ? { from: 'otherwise', name }
      : { from: 'script', index: taken.index, name }
  return taken.reply
}
