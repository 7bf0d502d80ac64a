import type { CallToolResult } from '@modelcontextprotocol/server'
import { HostlerError } from '../../../errors.ts'
import { runOfAgent } from '../../../store/run-questions.ts'
import { createAgentCalls } from '../../agent-calls/agent-calls.ts'
import type { AgentCalls } from '../../contract/agent-calls.ts'
import type { Serve, Worker } from '../worker-parts.ts'

/** Whose tools they are, and what they work with. */
export type ToolHost = Pick<Worker, 'context' | 'serves'> & { agentId: string }

/** One call of a tool, while it is answered. */
export type ToolCall = {
  calls: AgentCalls
  /** The CLI's id of the call: it comes again under the same one after a crash of hostler. */
  callKey: string | null
  /** Aborted when the call is cancelled, or its agent goes. */
  signal: AbortSignal
  /** The run as this process serves it; null for the moment in which it is only being taken up. */
  serve: () => Serve | null
}

/** What the SDK tells of a call, as far as tools look at it. */
export type CallContext = {
  mcpReq: { signal: AbortSignal; _meta?: Record<string, unknown> | undefined }
}

/** 2.1.328 hides MCP tools behind a search, where an agent that could ask would not find how. */
export const shownAtOnce: Readonly<Record<string, boolean>> = { 'anthropic/alwaysLoad': true }

// Source: tools/call of 2.1.197 and 2.1.328.
const toolUseIdKey = 'claudecode/toolUseId'

/**
 * Answers a call for whatever run its agent is in at that moment: a warm agent serves one after another.
 * What cannot be done is told to the agent, with what would help.
 */
export async function answerCall(
  host: ToolHost,
  { mcpReq }: CallContext,
  answer: (call: ToolCall) => Promise<string>,
): Promise<CallToolResult> {
  const { context, serves, agentId } = host
  try {
    const runId = await runOfAgent(context.store, agentId)
    if (runId === null) return failed('no run of hostler is under way')
    const { signal, _meta: meta } = mcpReq
    const toolUseId = meta?.[toolUseIdKey]
    return toResult(
      await answer({
        calls: createAgentCalls({ context, runId }),
        callKey: typeof toolUseId === 'string' ? toolUseId : null,
        signal,
        serve: () => [...serves.values()].find(({ run }) => run.id === runId) ?? null,
      }),
    )
  } catch (error) {
    if (error instanceof HostlerError) return failed(`${error.message}; ${error.cure}`)
    throw error
  }
}

/** The options of a call under its key. */
export function keyed({ callKey, signal }: ToolCall): { callKey?: string; signal: AbortSignal } {
  return callKey === null ? { signal } : { callKey, signal }
}

function toResult(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] }
}

function failed(problem: string): CallToolResult {
  return { ...toResult(problem), isError: true }
}
