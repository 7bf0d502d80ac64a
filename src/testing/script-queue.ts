import type { ModelRequest } from './model-request.ts'
import { toPattern } from './text-pattern.ts'
import type { Script, ScriptedReply, When } from './script.ts'

/** The replies of a script that are still to be used. */
export type ScriptQueue = {
  entries: { reply: ScriptedReply; index: number; left: number }[]
  otherwise: ScriptedReply | null
  /** How many replies the script has had so far. */
  length: number
}

export function toScriptQueue(script: Script): ScriptQueue {
  const queue: ScriptQueue = { entries: [], otherwise: script.otherwise, length: 0 }
  pushReplies(queue, script.replies)
  return queue
}

/** Adds replies after those that are there. */
export function pushReplies(queue: ScriptQueue, replies: readonly ScriptedReply[]): void {
  for (const reply of replies) {
    const repeat = typeof reply === 'function' ? 1 : (reply.repeat ?? 1)
    queue.entries.push({ reply, index: queue.length++, left: repeat === true ? Infinity : repeat })
  }
}

/**
 * Takes the reply for a request: the first whose `when` fits, else the first without a `when`, else
 * `otherwise`. `null` means that the script has run dry.
 */
export function takeReply(
  queue: ScriptQueue,
  request: ModelRequest,
): { reply: ScriptedReply; index: number | null } | null {
  const entry =
    queue.entries.find(({ reply }) => {
      const when = typeof reply === 'function' ? undefined : reply.when
      return when !== undefined && matchesRequest(when, request)
    }) ?? queue.entries.find(({ reply }) => typeof reply === 'function' || reply.when === undefined)
  if (entry === undefined) {
    return queue.otherwise === null ? null : { reply: queue.otherwise, index: null }
  }
  entry.left -= 1
  if (entry.left <= 0) queue.entries.splice(queue.entries.indexOf(entry), 1)
  return { reply: entry.reply, index: entry.index }
}

/** Whether all conditions hold. */
function matchesRequest(when: When, request: ModelRequest): boolean {
  return (
    matchesText(when.lastUserText, request.lastUserText) &&
    matchesText(when.toolResultText, request.toolResultText) &&
    matchesText(when.anyText, request.conversation) &&
    matchesText(when.systemText, request.systemText) &&
    matchesText(when.model, request.model) &&
    (when.stream === undefined || when.stream === request.stream) &&
    (when.hasToolResult === undefined || when.hasToolResult === request.hasToolResult)
  )
}

function matchesText(wanted: string | undefined, text: string): boolean {
  if (wanted === undefined) return true
  return toPattern(wanted)?.test(text) ?? text.includes(wanted)
}
