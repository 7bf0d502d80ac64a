import type { StoredEvent, TransientEvent } from '../../events/session-event.ts'

/** Tells deltas whose finished block has been seen: they would come after what replaces them. */
export type ReplacedDeltas = {
  note(events: readonly StoredEvent[]): void
  isReplaced(event: TransientEvent): boolean
}

/**
 * A block's line comes after the lines of its deltas in the agent's log, and before those of the next
 * block of its kind: offsets in one log tell them apart.
 */
export function createReplacedDeltas(): ReplacedDeltas {
  const offsets = new Map<string, number>()
  let agentId: string | null = null

  return {
    note(events) {
      for (const event of events) {
        // Another agent has a log of its own, and offsets begin anew.
        if (event.type === 'run_started') {
          if (event.agentId !== agentId) offsets.clear()
          agentId = event.agentId
        } else if (isBlock(event)) {
          offsets.set(`${event.type} ${event.parentToolUseId ?? ''}`, event.offset)
        }
      }
    },
    isReplaced(event) {
      if (event.type === 'reply_tokens') return false
      const block = blocks[event.type]
      return event.offset < (offsets.get(`${block} ${event.parentToolUseId ?? ''}`) ?? -1)
    },
  }
}

type Block = Extract<StoredEvent, { type: 'text' | 'thinking' | 'tool_started' }>

function isBlock(event: StoredEvent): event is Block {
  return event.type === 'text' || event.type === 'thinking' || event.type === 'tool_started'
}

const blocks = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  tool_input_delta: 'tool_started',
} as const satisfies Partial<Record<TransientEvent['type'], StoredEvent['type']>>
