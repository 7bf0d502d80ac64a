import { inputRequired, McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import * as z from 'zod'

// An MCP server over stdio whose only tool asks the human for a name, and tells what came back.

const nameRequest = inputRequired.elicit({
  message: 'Who are you?',
  requestedSchema: {
    type: 'object',
    properties: { name: { type: 'string', title: 'Name' } },
    required: ['name'],
  },
})

serveStdio(() => {
  const server = new McpServer({ name: 'asking', version: '1.0.0' })
  server.registerTool(
    'greet',
    { description: 'Greets whoever is there', inputSchema: z.object({}) },
    async (_input, { mcpReq }) => {
      const answer = mcpReq.inputResponses?.['name']
      if (answer === undefined) return inputRequired({ inputRequests: { name: nameRequest } })
      return { content: [{ type: 'text', text: `heard ${JSON.stringify(answer)}` }] }
    },
  )
  return server
})
