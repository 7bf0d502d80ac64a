import { isObject, type Loose } from '../messages/loose.ts'
import type { ConnectableMcpServer, McpTransport } from '../options/options.ts'

export type McpBridge = {
  /** The server has taken the connection. Rejects when it refused. */
  readonly connected: Promise<void>
  /** Hands one JSON-RPC message of the CLI to the server; gives its answer, or an empty one. */
  deliver(message: Loose, signal: AbortSignal): Promise<Loose>
  close(): Promise<void>
}

/** A notification has no answer, but the control request that carried it wants one. */
const acknowledged = { jsonrpc: '2.0', result: {}, id: 0 }

/**
 * Connects an MCP server in this process to the CLI: the transport's messages travel inside control
 * requests (`mcp_message`). Source: docs/wire.md; transport as in the MCP TypeScript SDK.
 */
export function connectMcpServer(
  server: ConnectableMcpServer,
  options: { sendToCli: (message: Loose) => void },
): McpBridge {
  const waiting = new Map<string | number, (answer: Loose) => void>()
  const transport: McpTransport = {
    start: async () => undefined,
    send: async (message) => {
      if (!isObject(message)) return
      const id = message['id']
      const isAnswer = !('method' in message) && (typeof id === 'string' || typeof id === 'number')
      if (isAnswer) waiting.get(id)?.(message)
      else options.sendToCli(message)
    },
    close: async () => transport.onclose?.(),
  }
  const connected = server.connect(transport)
  // Told to whoever awaits it, and to the CLI with each message.
  connected.catch(() => undefined)

  return {
    connected,
    async deliver(message, signal) {
      await connected
      const id = message['id']
      const isRequest = 'method' in message && (typeof id === 'string' || typeof id === 'number')
      if (!isRequest) {
        transport.onmessage?.(message)
        return acknowledged
      }
      const answer = Promise.withResolvers<Loose>()
      const abort = (): void => answer.reject(new Error('withdrawn'))
      signal.addEventListener('abort', abort, { once: true })
      waiting.set(id, answer.resolve)
      try {
        transport.onmessage?.(message)
        return await answer.promise
      } finally {
        waiting.delete(id)
        signal.removeEventListener('abort', abort)
      }
    },
    close: () => transport.close(),
  }
}
