import { toError } from '../../util/to-error.ts'
import type { HumanRequests } from './human-requests.ts'
import { objectAt, stringAt, stringOrNull, type Loose } from '../messages/loose.ts'
import type { McpBridge } from './mcp-bridge.ts'
import type { HookCallback } from '../options/options.ts'
import { toHumanRequest } from '../messages/to-human-request.ts'

export type IncomingRequests = {
  /** Something of this process has been called and has not answered. */
  readonly isCalled: boolean
  /** One of these calls is of a tool that waits for somebody. */
  readonly isAwaiting: boolean
  /** The CLI asks for something: a human, a hook, an MCP server of ours. */
  receive(message: Loose): void
  /** The CLI does not want it any more. */
  cancel(message: Loose): void
  cancelAll(): void
}

/** Control requests from the CLI to hostler. Each gets an answer, an error for those not known here. */
export function createIncomingRequests(options: {
  humans: HumanRequests
  hooks: ReadonlyMap<string, HookCallback>
  mcpServers: ReadonlyMap<string, McpBridge>
  /** By server: the tools whose calls wait for somebody. */
  waitingTools: ReadonlyMap<string, readonly string[]>
  /** Sends the answer to the CLI: a `control_response`'s inner part. */
  respond: (id: string, response: Loose) => void
  now?: () => number
}): IncomingRequests {
  const { humans, hooks, mcpServers, waitingTools, respond, now = Date.now } = options
  const running = new Map<string, { controller: AbortController; isWaiting: boolean }>()

  function isOfWaitingTool(request: Loose): boolean {
    const message = objectAt(request, 'message')
    if (message['method'] !== 'tools/call') return false
    const tools = waitingTools.get(stringAt(request, 'server_name'))
    return tools?.includes(stringAt(objectAt(message, 'params'), 'name')) === true
  }

  async function handle(request: Loose, signal: AbortSignal): Promise<Loose> {
    const subtype = stringAt(request, 'subtype')
    switch (subtype) {
      case 'hook_callback': {
        const id = stringAt(request, 'callback_id')
        const hook = hooks.get(id)
        // After a restart without the hooks: the CLI asks about ones that nobody has given.
        if (hook === undefined) throw new Error(`no hook "${id}" is registered`)
        const toolUseId = stringOrNull(request, 'tool_use_id')
        return await hook(objectAt(request, 'input'), { signal, toolUseId })
      }
      case 'mcp_message': {
        const name = stringAt(request, 'server_name')
        const server = mcpServers.get(name)
        if (server === undefined) throw new Error(`no MCP server "${name}" is registered`)
        return { mcp_response: await server.deliver(objectAt(request, 'message'), signal) }
      }
      default:
        throw new Error(`hostler does not know the request "${subtype}"`)
    }
  }

  async function answer(id: string, request: Loose, signal: AbortSignal): Promise<void> {
    let response: Loose
    try {
      response = { subtype: 'success', response: await handle(request, signal) }
    } catch (error) {
      response = { subtype: 'error', error: toError(error).message }
    }
    running.delete(id)
    if (!signal.aborted) respond(id, response)
  }

  return {
    get isCalled() {
      return running.size > 0
    },
    get isAwaiting() {
      return [...running.values()].some((one) => one.isWaiting)
    },
    receive(message) {
      const human = toHumanRequest(message, now())
      if (human !== null) {
        humans.add(human)
        return
      }
      const id = stringAt(message, 'request_id')
      const controller = new AbortController()
      const request = objectAt(message, 'request')
      running.set(id, { controller, isWaiting: isOfWaitingTool(request) })
      // Owned by `running`: cancelAll ends it. It cannot fail, an error is an answer too.
      void answer(id, request, controller.signal)
    },
    cancel(message) {
      const id = stringAt(message, 'request_id')
      humans.withdraw(id)
      running.get(id)?.controller.abort()
      running.delete(id)
    },
    cancelAll() {
      humans.withdrawAll()
      for (const { controller } of running.values()) controller.abort()
      running.clear()
    },
  }
}
