import { costQuerySchema, costReportSchema } from '../../service/api-schema/costs-schema.ts'
import { costsToCsv } from '../../service/api-schema/costs-to-csv.ts'
import { parseInput } from '../../service/api-schema/parse-input.ts'
import { jsonAnswer } from '../routing/answers.ts'
import type { Call, Endpoint } from '../routing/endpoint.ts'

/** Sums of what attempts have cost, as JSON or as CSV. */
export const costs: Endpoint = {
  method: 'GET',
  path: '/v1/costs',
  tag: 'operations',
  summary: 'What attempts have cost, and how far limits are used',
  description:
    'Attempts count when they end. As CSV (`format=csv`, or `Accept: text/csv`) there are the lines only.',
  access: ['read'],
  query: [
    {
      name: 'by',
      kind: 'list',
      description:
        'Up to four of `day`, `profile`, `session`, `model`, `account`, `label:<name>`. Default: `day`.',
    },
    { name: 'from', kind: 'integer', description: 'Epoch milliseconds. Default: 30 days before.' },
    { name: 'to', kind: 'integer', description: 'Epoch milliseconds, exclusive. Default: now.' },
    { name: 'profile', kind: 'text', description: 'Only of this profile.' },
    { name: 'sessionId', kind: 'text', description: 'Only of this session.' },
    {
      name: 'label',
      field: 'labels',
      kind: 'labels',
      description: 'Only with this label: `label=team=web`. May be repeated.',
    },
    {
      name: 'timeZone',
      kind: 'text',
      description: 'Where a day begins: an IANA name. Default: `budgets.timeZone`.',
    },
    { name: 'format', kind: 'text', values: ['json', 'csv'], description: 'Default: as accepted.' },
  ],
  answers: {
    200: {
      description: 'The sums.',
      schema: costReportSchema,
      mediaTypes: { 'text/csv': 'The lines, with a heading.' },
    },
  },
  async handle(call) {
    const { format: _format, ...given } = call.query
    const query = parseInput(costQuerySchema, given, { name: 'query' })
    const report = await call.hostler.costs(query, { signal: call.request.signal })
    if (!wantsCsv(call)) return jsonAnswer(report)
    return new Response(costsToCsv(report), {
      headers: {
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': 'attachment; filename="costs.csv"',
      },
    })
  },
}

function wantsCsv({ query, request }: Call): boolean {
  const format = query['format']
  if (format !== undefined) return format === 'csv'
  const accepted = (request.headers.get('accept') ?? '').split(',').map((type) => type.trim())
  const csvAt = accepted.findIndex((type) => type.startsWith('text/csv'))
  const jsonAt = accepted.findIndex((type) => /^(application\/json|\*\/\*)/.test(type))
  return csvAt >= 0 && (jsonAt < 0 || csvAt < jsonAt)
}
