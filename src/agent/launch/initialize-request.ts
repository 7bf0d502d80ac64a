import type { AgentOptions, HookCallback } from '../options/options.ts'

type HookRegistration = { matcher?: string; hookCallbackIds: string[]; timeout?: number }

/** The first control request to an agent. Source: Agent SDK 0.3.328; run on 2.1.197 and 2.1.328. */
export type InitializeRequest = {
  subtype: 'initialize'
  systemPrompt?: string[]
  appendSystemPrompt?: string
  jsonSchema?: Record<string, unknown>
  agents?: Record<string, unknown>
  hooks?: Record<string, HookRegistration[]>
  sdkMcpServers?: string[]
}

/**
 * What an agent is told before its first prompt, and the hook callbacks by the ids given there. The
 * ids follow from the place in the options alone, so that a supervisor that takes an agent over with
 * the same hooks finds the right ones.
 */
export function initializeRequest(
  options: Pick<
    AgentOptions,
    'systemPrompt' | 'appendSystemPrompt' | 'outputFormat' | 'agents' | 'hooks' | 'mcpServers'
  >,
): { request: InitializeRequest; hookCallbacks: Map<string, HookCallback> } {
  const { systemPrompt, appendSystemPrompt, outputFormat, agents, mcpServers } = options
  const { hooks, hookCallbacks } = registerHooks(options.hooks ?? {})
  const inProcess = Object.entries(mcpServers ?? {})
    .filter(([, { type }]) => type === 'sdk')
    .map(([name]) => name)
  const request: InitializeRequest = {
    subtype: 'initialize',
    ...(systemPrompt === undefined ? {} : { systemPrompt: [systemPrompt] }),
    ...(appendSystemPrompt === undefined ? {} : { appendSystemPrompt }),
    ...(outputFormat === undefined ? {} : { jsonSchema: outputFormat.schema }),
    ...(agents === undefined ? {} : { agents }),
    ...(hookCallbacks.size === 0 ? {} : { hooks }),
    ...(inProcess.length === 0 ? {} : { sdkMcpServers: inProcess }),
  }
  return { request, hookCallbacks }
}

export function registerHooks(hooks: NonNullable<AgentOptions['hooks']>): {
  hooks: Record<string, HookRegistration[]>
  hookCallbacks: Map<string, HookCallback>
} {
  const hookCallbacks = new Map<string, HookCallback>()
  const registrations: Record<string, HookRegistration[]> = {}
  for (const [event, matchers] of Object.entries(hooks)) {
    registrations[event] = matchers.map(({ matcher, timeout, hooks: callbacks }, place) => {
      const hookCallbackIds = callbacks.map((callback, index) => {
        const id = `${event}-${place}-${index}`
        hookCallbacks.set(id, callback)
        return id
      })
      return {
        hookCallbackIds,
        ...(matcher === undefined ? {} : { matcher }),
        ...(timeout === undefined ? {} : { timeout }),
      }
    })
  }
  return { hooks: registrations, hookCallbacks }
}
