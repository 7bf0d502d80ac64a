import { errorStatuses } from '../error-status.ts'
import type { ErrorCode } from '../../errors.ts'
import type { AnswerDescription, BodyDescription, Endpoint } from '../routing/endpoint.ts'
import type { QueryParam } from '../routing/read-query.ts'
import { problemSchema } from './component-names.ts'
import type { JsonSchema, Schemas } from './schemas.ts'

export type Content = Record<string, { schema: JsonSchema }>
export type Parameter = {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  description: string
  schema: JsonSchema
  style?: 'form'
  explode?: boolean
}
export type Answer = {
  description: string
  headers?: Record<string, { description: string; schema: JsonSchema }>
  content?: Content
}
export type Operation = {
  operationId: string
  tags: string[]
  summary: string
  description?: string
  security?: Record<string, string[]>[]
  parameters: Parameter[]
  requestBody?: { required: boolean; content: Content }
  responses: Record<string, Answer>
}

/** Every endpoint may answer so. */
const anyErrors: readonly ErrorCode[] = ['invalid_input', 'origin_refused', 'internal']
const guardedErrors: readonly ErrorCode[] = ['unauthorized', 'forbidden', 'too_many_requests']
const agentErrors: readonly ErrorCode[] = ['unauthorized', 'run_token_needed', 'too_many_requests']
const serviceErrors: readonly ErrorCode[] = ['database_unavailable']
const bodyErrors: readonly ErrorCode[] = ['body_too_large', 'unsupported_media_type']

export function toOperation(endpoint: Endpoint, schemas: Schemas): Operation {
  const { method, path, tag, summary, description, access, body } = endpoint
  const needsToken = typeof access === 'object' || access === 'agent'
  const who =
    typeof access === 'object'
      ? `Needs the scope ${access.map((scope) => `\`${scope}\``).join(' or ')}.`
      : needsToken
        ? 'Needs the token of a run, as its agent has it in HOSTLER_TOKEN.'
        : ''
  const text = [description ?? '', who].filter((part) => part !== '').join(' ')
  return {
    operationId: toOperationId(method, path),
    tags: [tag],
    summary,
    ...(text === '' ? {} : { description: text }),
    ...(needsToken ? {} : { security: [] }),
    parameters: toParameters(endpoint),
    ...(body === undefined ? {} : { requestBody: toRequestBody(body, schemas) }),
    responses: { ...toAnswers(endpoint, schemas), ...toProblems(endpoint, schemas) },
  }
}

function toOperationId(method: string, path: string): string {
  const words = path.replace(/^\/v1/, '').split(/[/{}]+/)
  return [method.toLowerCase(), ...words.filter((word) => word !== '')].join('_')
}

function toParameters({ path, query = [], headers = [] }: Endpoint): Parameter[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const idText = path.startsWith('/v1/sessions/')
    ? 'Its id, or `key:` and its key, percent-encoded.'
    : path.startsWith('/v1/schedules/')
      ? 'Its id, or `name:` and its name, percent-encoded.'
      : 'Its id.'
  return [
    ...names.map((name) => ({
      name,
      in: 'path' as const,
      required: true,
      description: idText,
      schema: { type: 'string' },
    })),
    ...query.map((param) => ({
      name: param.name,
      in: 'query' as const,
      required: false,
      description: param.description,
      schema: toParamSchema(param),
    })),
    // OpenAPI has readers ignore a parameter of this name: `Accept` follows from what is answered.
    ...headers
      .filter(({ name }) => name !== 'Accept')
      .map(({ name, description }) => ({
        name,
        in: 'header' as const,
        required: false,
        description,
        schema: { type: 'string' },
      })),
  ]
}

function toParamSchema({ kind, values }: QueryParam): JsonSchema {
  const text = { type: 'string', ...(values === undefined ? {} : { enum: values }) }
  if (kind === 'list') return { type: 'array', items: text }
  if (kind === 'labels') return { type: 'array', items: { type: 'string', pattern: '^[^=]+=' } }
  return kind === 'text' ? text : { type: kind }
}

function toRequestBody(
  { schema, isOptional, takesFiles }: BodyDescription,
  schemas: Schemas,
): {
  required: boolean
  content: Content
} {
  const json = schemas.toJsonSchema(schema)
  const form = {
    type: 'object',
    properties: { submission: json },
    required: ['submission'],
    additionalProperties: { type: 'string', contentMediaType: 'application/octet-stream' },
  }
  return {
    required: isOptional !== true,
    content: {
      'application/json': { schema: json },
      ...(takesFiles === true ? { 'multipart/form-data': { schema: form } } : {}),
    },
  }
}

function toAnswers({ answers }: Endpoint, schemas: Schemas): Record<string, Answer> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [status, toAnswer(answer, schemas)]),
  )
}

function toAnswer(
  { description, schema, mediaTypes = {}, headers }: AnswerDescription,
  schemas: Schemas,
): Answer {
  const content: Content = {}
  if (schema !== undefined) content['application/json'] = { schema: schemas.toJsonSchema(schema) }
  for (const [type, what] of Object.entries(mediaTypes)) {
    content[type] = { schema: { type: 'string', description: what } }
  }
  const described = Object.entries(headers ?? {}).map(([name, text]) => [
    name,
    { description: text, schema: { type: 'string' } },
  ])
  return {
    description,
    ...(described.length === 0 ? {} : { headers: Object.fromEntries(described) }),
    ...(Object.keys(content).length === 0 ? {} : { content }),
  }
}

function toProblems(endpoint: Endpoint, schemas: Schemas): Record<string, Answer> {
  const codes = new Set([
    ...anyErrors,
    ...(typeof endpoint.access === 'object' ? guardedErrors : []),
    ...(endpoint.access === 'agent' ? agentErrors : []),
    ...(endpoint.path.startsWith('/v1/') ? serviceErrors : []),
    ...(endpoint.method === 'GET' ? [] : bodyErrors),
    ...(endpoint.errors ?? []),
  ])
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of codes) {
    const status = errorStatuses[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const schema = schemas.toJsonSchema(problemSchema)
  const problems = [...byStatus]
    .filter(([status]) => !(status in endpoint.answers))
    .map(([status, all]) => [
      status,
      {
        description: all.map((code) => `\`${code}\``).join(', '),
        content: { 'application/problem+json': { schema } },
      },
    ])
  return Object.fromEntries(problems)
}
