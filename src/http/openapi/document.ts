import type { Endpoint } from '../routing/endpoint.ts'
import { createSchemas, type JsonSchema } from './schemas.ts'
import { toOperation, type Operation } from './operation.ts'
import { problemSchema } from './component-names.ts'

/** As much of an OpenAPI 3.1 document as this program writes. */
export type OpenApiDocument = {
  openapi: '3.1.0'
  info: { title: string; version: string; description: string; license: { name: string } }
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, JsonSchema>
    securitySchemes: Record<string, { type: 'http'; scheme: 'bearer'; description: string }>
  }
  security: Record<string, string[]>[]
}

const description = `Runs Claude Code unattended: sessions, their runs, and what becomes of them.

Every error is a problem document (RFC 9457) with a stable \`code\`, the \`field\` at fault where there is one, and a \`cure\`. Times are epoch milliseconds. Lists are newest first; \`next\` of one page is \`cursor\` of the following.

\`POST /mcp\`, which is not in this document, is an MCP server over streamable HTTP: see docs/mcp.md.`

const tags = [
  { name: 'runs', description: 'One prompt in a session and what came of it.' },
  { name: 'sessions', description: 'Durable conversations.' },
  { name: 'requests', description: 'What humans are asked, and their answers.' },
  { name: 'schedules', description: 'Cron lines that submit runs.' },
  { name: 'operations', description: 'How things stand, and what happens.' },
  {
    name: 'accounts',
    description: 'Logins of Claude, and what keeps runs from starting with them.',
  },
  { name: 'tokens', description: 'Who may do what.' },
  { name: 'agent', description: 'What the agent of a run may do, with the token of that run.' },
  { name: 'health', description: 'For whatever looks after the process.' },
]

/** What the endpoints say of themselves. */
export function toOpenApiDocument(
  endpoints: readonly Endpoint[],
  { version }: { version: string },
): OpenApiDocument {
  const schemas = createSchemas()
  schemas.toJsonSchema(problemSchema)
  const paths: OpenApiDocument['paths'] = {}
  for (const endpoint of endpoints) {
    const path = (paths[endpoint.path] ??= {})
    path[endpoint.method.toLowerCase()] = toOperation(endpoint, schemas)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'hostler', version, description, license: { name: 'MIT' } },
    tags,
    paths,
    components: {
      schemas: schemas.components(),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description:
            '`Authorization: Bearer hst_…`, made with `hostler token create`. As long as there is none, whoever is on the same machine is let in.',
        },
      },
    },
    security: [{ token: [] }],
  }
}
