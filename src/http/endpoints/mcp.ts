import { createMcpHandler } from '@modelcontextprotocol/server'
import { hostlerError } from '../../errors.ts'
import { createMcpServer } from '../../mcp/create-mcp-server.ts'
import { toHostlerError } from '../to-hostler-error.ts'
import { readJson } from '../routing/read-body.ts'
import type { Endpoint } from '../routing/endpoint.ts'

/**
 * MCP over streamable HTTP (specification 2025-11-25, and 2026-07-28), without sessions: each request is
 * let in by its own token and answered by a server of its own, so that there is nothing to keep, to bound
 * or to lose over a restart.
 */
export function mcpEndpoint({ version }: { version: string }): Endpoint {
  return {
    method: 'POST',
    path: '/mcp',
    tag: 'operations',
    summary: 'MCP over streamable HTTP',
    access: ['read', 'run', 'answer'],
    answers: { 200: { description: 'As the Model Context Protocol says.' } },
    async handle({ hostler, identity, request, services }) {
      const parsedBody = await readJson(request, services.settings().maxBodyBytes)
      // A batch would be many calls for the price of one; the protocol has given them up.
      if (typeof parsedBody !== 'object' || parsedBody === null || Array.isArray(parsedBody)) {
        throw hostlerError('invalid_input', {
          field: 'body',
          problem: 'is not one message',
          cure: 'send one JSON-RPC message in each request',
        })
      }
      const context = {
        hostler,
        version,
        scopes: identity?.scopes ?? [],
        closing: services.closing,
        toHostlerError: (reason: unknown) => toHostlerError(reason, services.log),
      }
      const handler = createMcpHandler(() => createMcpServer(context), {
        keepAliveMs: services.heartbeatMs,
        // What is offered does not change: there is nothing to subscribe to.
        maxSubscriptions: 0,
      })
      return await handler.fetch(request, { parsedBody })
    },
  }
}
