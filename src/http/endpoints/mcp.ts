import { createMcpHandler, isInitializeRequest } from '@modelcontextprotocol/server'
import { hostlerError } from '../../errors.ts'
import { createMcpServer } from '../../mcp/create-mcp-server.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'
import { createCallsUnderWay } from '../mcp/calls-under-way.ts'
import { readJson } from '../routing/read-body.ts'
import type { Endpoint } from '../routing/endpoint.ts'
import { toHostlerError } from '../to-hostler-error.ts'

// Says which client it is, and nothing else: nothing is kept under it, so that it is good after a restart.
const sessionHeader = 'mcp-session-id'

/**
 * MCP over streamable HTTP (specification 2025-11-25, and 2026-07-28): each request is let in by its own
 * token and answered by a server of its own, so that there are no sessions to bound or to lose.
 */
export function mcpEndpoint({ version }: { version: string }): Endpoint {
  const calls = createCallsUnderWay()
  return {
    method: 'POST',
    path: '/mcp',
    tag: 'operations',
    summary: 'MCP over streamable HTTP',
    access: ['read', 'run', 'answer'],
    answers: { 200: { description: 'As the Model Context Protocol says.' } },
    async handle({ hostler, identity, request, services }) {
      const message = parseMessage(await readJson(request, services.settings().maxBodyBytes))
      const session = request.headers.get(sessionHeader)
      const client = session === null ? null : `${identity?.actor} ${session}`
      calls.cancel({ client, message })
      const call = calls.begin(request, { client, message })
      const context = {
        hostler,
        version,
        scopes: identity?.scopes ?? [],
        closing: services.closing,
        toHostlerError: (reason: unknown) => toHostlerError(reason, services.log),
      }
      const handler = createMcpHandler(
        () => Object.assign(createMcpServer(context), { onclose: call.end }),
        {
          keepAliveMs: services.heartbeatMs,
          // What is offered does not change: there is nothing to subscribe to.
          maxSubscriptions: 0,
        },
      )
      const answer = await handler.fetch(call.request, { parsedBody: message })
      if (isInitializeRequest(message)) answer.headers.set(sessionHeader, uuidV7())
      // One that was refused before there was a server for it.
      if (!answer.ok) call.end()
      return answer
    },
  }
}

// A batch would be many calls for the price of one; the protocol has given them up.
function parseMessage(body: unknown): object {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body
  throw hostlerError('invalid_input', {
    field: 'body',
    problem: 'is not one message',
    cure: 'send one JSON-RPC message in each request',
  })
}
