import { randomUUID } from 'node:crypto'
import type { RequestEnd } from '../../events/human-request.ts'
import { createControlChannel, type ControlChannel } from './control-channel.ts'
import { createHumanRequests, type Answerer, type HumanRequests } from './human-requests.ts'
import { createIncomingRequests } from './incoming-requests.ts'
import { stringAt, type Loose } from '../messages/loose.ts'
import { connectMcpServer, type McpBridge } from './mcp-bridge.ts'
import type { ConnectableMcpServer, HookCallback } from '../options/options.ts'

export type AgentWire = {
  /** Requests to the CLI. */
  readonly control: ControlChannel
  readonly humans: HumanRequests
  /** A hook or a server of this process has been called and has not answered. */
  readonly isCalled: boolean
  /** Such a call is of a tool that waits for somebody. */
  readonly isAwaiting: boolean
  /** Every in-process MCP server has taken its connection. */
  readonly connected: Promise<unknown>
  /** Takes a control message of the CLI. */
  receive(message: Loose): void
  /**
   * The turn is over: what it asked for is not wanted any more. Older CLIs do not say so of an
   * elicitation, and none does of an MCP call that was interrupted.
   */
  settleOpen(): void
  /** Nothing more comes or goes: every open request, of either side, is settled. */
  close(reason: Error): Promise<void>
}

/** Everything that CLI and hostler ask of each other, besides prompts. */
export function createAgentWire(options: {
  write: (line: Loose) => Promise<void>
  answerer: Answerer
  hooks: ReadonlyMap<string, HookCallback>
  mcpServers: Record<string, ConnectableMcpServer>
  /** By server: the tools whose calls wait for somebody. */
  waitingTools: ReadonlyMap<string, readonly string[]>
  onRequestClosed: (id: string, how: RequestEnd) => void
  onDeniedTurn: () => void
}): AgentWire {
  const { write, answerer, hooks } = options
  const control = createControlChannel({ write, newId: randomUUID })
  const mcpServers = new Map<string, McpBridge>()

  function respond(id: string, response: Loose): void {
    const line = { type: 'control_response', response: { ...response, request_id: id } }
    // When it cannot be written, the agent is ending, and its turn with it.
    write(line).catch(() => undefined)
  }

  for (const [name, server] of Object.entries(options.mcpServers)) {
    const bridge = connectMcpServer(server, {
      sendToCli: (message) => {
        const request = { subtype: 'mcp_message', server_name: name, message }
        control.request(request).catch(() => undefined)
      },
    })
    mcpServers.set(name, bridge)
  }
  const connected = Promise.all([...mcpServers.values()].map((one) => one.connected))
  connected.catch(() => undefined)
  const humans = createHumanRequests({
    answerer,
    respond,
    onClosed: options.onRequestClosed,
    onDeniedTurn: options.onDeniedTurn,
  })
  const { waitingTools } = options
  const incoming = createIncomingRequests({ humans, hooks, mcpServers, waitingTools, respond })

  return {
    control,
    humans,
    connected,
    get isCalled() {
      return incoming.isCalled
    },
    get isAwaiting() {
      return incoming.isAwaiting
    },
    receive(message) {
      switch (stringAt(message, 'type')) {
        case 'control_response':
          control.settle(message)
          break
        case 'control_request':
          incoming.receive(message)
          break
        case 'control_cancel_request':
          incoming.cancel(message)
          break
        default:
      }
    },
    settleOpen: () => incoming.cancelAll(),
    async close(reason) {
      control.failAll(reason)
      incoming.cancelAll()
      // What a server of the caller's does at its end is not to keep the agent from its own.
      await Promise.allSettled([...mcpServers.values()].map((bridge) => bridge.close()))
    },
  }
}
