import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server'
import type { ServerContext, Tool as ListedTool } from '@modelcontextprotocol/server'
import { hostlerError } from '../errors.ts'
import { suggest } from '../util/suggest.ts'
import { toAnswer, toErrorAnswer } from './answer.ts'
import { isAllowed, type McpContext } from './mcp-context.ts'
import { readResource, resourceTemplates } from './resources.ts'
import type { Tool, ToolCall } from './tool.ts'
import { allTools } from './tools/all-tools.ts'

const instructions = `hostler runs Claude Code unattended. submit_run gives it a prompt and answers at once; wait_for_run waits for the reply, and comes back early when the run asks something, which answer_request answers. What was submitted goes on when this connection ends.`

/**
 * hostler as an MCP server for one caller: translates tool calls to those of `Hostler`, and decides nothing.
 * The SDK's low-level server and not `McpServer`, whose refusals of bad arguments have no code and no cure.
 */
export function createMcpServer(context: McpContext): Server {
  const { version } = context
  const server = new Server(
    { name: 'hostler', title: 'hostler', version },
    { capabilities: { tools: {}, resources: {} }, instructions },
  )
  const tools = allTools.filter(({ access }) => isAllowed(context, access))
  server.setRequestHandler('tools/list', () => ({ tools: tools.map(describe) }))
  server.setRequestHandler('tools/call', async ({ params }, ctx) => {
    const call = toToolCall(context, ctx)
    try {
      return toAnswer(await findTool(context, params.name).call(params.arguments, call))
    } catch (reason) {
      // Whoever cancelled hears nothing more.
      if (call.signal.aborted) throw reason
      return toErrorAnswer(context.toHostlerError(reason))
    }
  })
  server.setRequestHandler('resources/list', () => ({ resources: [] }))
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: isAllowed(context, ['read']) ? resourceTemplates : [],
  }))
  server.setRequestHandler('resources/read', async ({ params }, ctx) => {
    const call = toToolCall(context, ctx)
    try {
      if (!isAllowed(context, ['read'])) throw hostlerError('forbidden', { scope: 'read' })
      return await readResource(params.uri, call)
    } catch (reason) {
      if (call.signal.aborted) throw reason
      const { code, message, cure } = context.toHostlerError(reason)
      const kind = code === 'internal' ? 'InternalError' : 'InvalidParams'
      const text = `${code}: ${message}; ${cure}`
      throw new ProtocolError(ProtocolErrorCode[kind], text, { code, message, cure })
    }
  })
  return server
}

function describe({ name, title, description, annotations, toInputSchema }: Tool): ListedTool {
  return { name, title, description, annotations, inputSchema: toInputSchema() }
}

/** @throws HostlerError `not_found`, `forbidden` */
function findTool(context: McpContext, name: string): Tool {
  const tool = allTools.find((one) => one.name === name)
  if (tool === undefined) {
    const names = allTools.map((one) => one.name)
    const meant = suggest(name, names)
    const cure = meant === null ? `there are ${names.join(', ')}` : `did you mean "${meant}"?`
    throw hostlerError('not_found', { what: 'tool', id: name.slice(0, 100), cure })
  }
  if (isAllowed(context, tool.access)) return tool
  throw hostlerError('forbidden', { scope: tool.access[0] ?? 'admin' })
}

function toToolCall({ hostler, closing }: McpContext, { mcpReq }: ServerContext): ToolCall {
  const { signal, _meta: meta } = mcpReq
  const progressToken = meta?.progressToken
  let progress = 0
  return {
    hostler,
    signal,
    closing,
    tell(message) {
      if (progressToken === undefined) return
      progress += 1
      const params = { progressToken, progress, message }
      // A client that is gone needs no progress; its call is aborted by itself.
      mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined)
    },
  }
}
