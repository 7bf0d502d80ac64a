import type { OpenApiDocument } from './document.ts'
import type { Operation } from './operation.ts'
import { operationsByTag, type Chapter } from './operations-by-tag.ts'
import type { JsonSchema } from './schemas.ts'
import { descriptionOf, propertiesOf, typeParts } from './type-text.ts'

const example = `\`\`\`sh
# Ask, and wait up to a minute for the reply.
curl -d '{"key": "demo", "prompt": "What is in this folder?"}' -H 'Content-Type: application/json' 'http://127.0.0.1:7717/v1/runs?wait=60'
# Watch the session from its beginning.
curl -N http://127.0.0.1:7717/v1/sessions/key:demo/events
\`\`\``

/** The reference as `docs/http-api.md` has it. */
export function toMarkdown(document: OpenApiDocument): string {
  const schemas = Object.entries(document.components.schemas)
  return [
    '# HTTP API',
    'Generated from the OpenAPI document (`node scripts/write-http-api.ts`). A running server has it as `/openapi.json`, and this text as a page at `/docs`.',
    document.info.description,
    document.components.securitySchemes['token']?.description ?? '',
    example,
    ...operationsByTag(document).flatMap(toChapter),
    '## Schemas',
    ...schemas.flatMap(([name, schema]) => toComponent(name, schema)),
  ]
    .join('\n\n')
    .concat('\n')
}

function toChapter({ name, description, operations }: Chapter): string[] {
  return [
    `## ${name}`,
    description,
    ...operations.flatMap(({ method, path, operation }) =>
      toSection(`${method} ${path}`, operation),
    ),
  ]
}

function toSection(title: string, operation: Operation): string[] {
  const { summary, description = '', parameters, requestBody, responses } = operation
  const body = Object.entries(requestBody?.content ?? {})
  const answers = Object.entries(responses)
  return [
    `### \`${title}\``,
    `${summary}. ${description}`.trim(),
    ...list(
      parameters.map(
        ({ name, in: place, required, description, schema }) =>
          `\`${name}\` (${place}${required ? ', required' : ''}, ${typeText(schema)}): ${description}`,
      ),
    ),
    ...list(body.map(([type, { schema }]) => `Body, \`${type}\`: ${typeText(schema)}`)),
    ...list(
      answers.map(([status, { description, content = {} }]) => {
        const types = Object.entries(content)
          .filter(([type]) => type !== 'application/problem+json')
          .map(([type, { schema }]) => `\`${type}\`: ${typeText(schema)}`)
        return [`${status}: ${description}`, ...types].join(' ')
      }),
    ),
  ]
}

function toComponent(name: string, schema: JsonSchema): string[] {
  const fields = propertiesOf(schema).map((field) => {
    const text = descriptionOf(field.schema)
    const type = typeText(field.schema)
    return `\`${field.name}${field.isRequired ? '' : '?'}\`: ${type}${text === '' ? '' : `. ${text}`}`
  })
  return [`### ${name}`, ...(fields.length === 0 ? [typeText(schema)] : list(fields))]
}

function typeText(schema: JsonSchema): string {
  const parts = typeParts(schema)
  const text = parts.map((part) => part.text).join('')
  const [only] = parts
  if (parts.length === 1 && only?.ref != null) return `[${text}](#${text.toLowerCase()})`
  return `\`${text}\``
}

function list(items: string[]): string[] {
  return items.length === 0 ? [] : [items.map((item) => `- ${item}`).join('\n')]
}
