import { randomUUID } from 'node:crypto'

/** What the lines of a fake claude are made from. Costs and counts grow with its results. */
export type FakeState = {
  sessionId: string
  version: string
  model: string
  permissionMode: string
  emitsStates: boolean
  replaysPrompts: boolean
  includesPartials: boolean
  results: number
  lastIsError: boolean
}

/** The prompt that a turn is about. */
export type FakePrompt = { id: string | null; text: string; content: unknown }

const turnCostUsd = 0.000148

export function toStateLine(state: FakeState, value: string): object {
  return named(state, { type: 'system', subtype: 'session_state_changed', state: value })
}

export function toLifecycleLine(state: FakeState, prompt: FakePrompt, value: string): object {
  return named(state, { type: 'command_lifecycle', command_uuid: prompt.id, state: value })
}

export function toReplayLine(state: FakeState, prompt: FakePrompt): object {
  return {
    type: 'user',
    message: { role: 'user', content: prompt.content },
    session_id: state.sessionId,
    parent_tool_use_id: null,
    uuid: prompt.id,
    timestamp: new Date().toISOString(),
    isReplay: true,
  }
}

export function toInitLine(state: FakeState): object {
  return named(state, {
    type: 'system',
    subtype: 'init',
    cwd: process.cwd(),
    tools: ['Bash', 'Read', 'Write'],
    mcp_servers: [],
    model: state.model,
    permissionMode: state.permissionMode,
    slash_commands: [],
    apiKeySource: 'ANTHROPIC_API_KEY',
    claude_code_version: state.version,
    output_style: 'default',
    agents: [],
    skills: [],
    plugins: [],
    capabilities: ['interrupt_receipt_v1', 'interrupt_cancel_queued_v1', 'msg_lifecycle_v1'],
  })
}

export function toAssistantLine(
  state: FakeState,
  block: Record<string, unknown>,
  messageId: string = `msg_${state.results}`,
): object {
  return named(state, {
    type: 'assistant',
    message: {
      id: messageId,
      type: 'message',
      role: 'assistant',
      model: state.model,
      content: [block],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 12, output_tokens: 1 },
    },
    parent_tool_use_id: null,
    timestamp: new Date().toISOString(),
  })
}

export function toDeltaLine(state: FakeState, text: string): object {
  return named(state, {
    type: 'stream_event',
    event: { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
    parent_tool_use_id: null,
    api_message_id: `msg_${state.results}`,
  })
}

export function toToolResultLine(
  state: FakeState,
  result: { id: string; text: string; isError: boolean },
): object {
  const { id, text, isError } = result
  return named(state, {
    type: 'user',
    message: {
      role: 'user',
      content: [{ tool_use_id: id, type: 'tool_result', content: text, is_error: isError }],
    },
    parent_tool_use_id: null,
    timestamp: new Date().toISOString(),
    tool_use_result: { stdout: text, stderr: '', interrupted: false },
  })
}

/** The result line, `type` in the middle of it as 2.1.328 has it. Counts as a result. */
export function toResultLine(
  state: FakeState,
  prompt: FakePrompt | null,
  fields: Record<string, unknown>,
): object {
  state.results += 1
  const tokens = { input_tokens: 12, output_tokens: 5 }
  const uuids = prompt?.id ? [prompt.id] : []
  const line: Record<string, unknown> = {
    duration_api_ms: 20,
    stop_reason: 'end_turn',
    session_id: state.sessionId,
    total_cost_usd: turnCostUsd * state.results,
    usage: { ...tokens, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
    modelUsage: {
      [state.model]: {
        inputTokens: 12 * state.results,
        outputTokens: 5 * state.results,
        cacheReadInputTokens: 0,
        cacheCreationInputTokens: 0,
        costUSD: turnCostUsd * state.results,
      },
    },
    permission_denials: [],
    terminal_reason: 'completed',
    is_error: false,
    num_turns: 1,
    subtype: 'success',
    api_error_status: null,
    ttft_ms: 10,
    type: 'result',
    duration_ms: 25,
    uuid: randomUUID(),
    user_message_uuids: uuids,
    result_index: state.results - 1,
    ...fields,
  }
  state.lastIsError = line['is_error'] === true
  return line
}

function named(state: FakeState, line: Record<string, unknown>): object {
  return { ...line, session_id: state.sessionId, uuid: randomUUID() }
}
