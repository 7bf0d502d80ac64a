import type { ElicitationResult } from '../../agent/index.ts'
import type { ElicitationRequest } from '../../events/human-request.ts'
import type { Asking } from './asking.ts'
import type { Keyboard } from './keyboard.ts'
import { safeLine } from './safe-text.ts'

/** What an MCP server wants to know, field by field. Source: MCP specification 2025-11-25, elicitation. */
export async function askElicitation(
  request: ElicitationRequest,
  { keyboard, screen, print }: Asking,
): Promise<ElicitationResult | null> {
  const { paint } = screen
  print(
    `${paint.yellow('?')} ${paint.bold(safeLine(request.serverName))}: ${safeLine(request.message)}`,
  )
  if (request.url !== null) print(`    ${safeLine(request.url)}`)
  const answer = await keyboard.choose('Answer it?', [
    { value: 'accept', label: request.url === null ? 'Answer' : 'I have opened it' },
    { value: 'decline', label: 'Decline' },
  ])
  if (answer === null) return null
  if (answer === 'decline') return { action: 'decline' }
  const content: Record<string, unknown> = {}
  for (const [name, field] of fieldsOf(request.requestedSchema)) {
    // One keyboard, one question at a time.
    const value = await askField(name, field, keyboard)
    if (value === null) return null
    if (value !== '') content[name] = value
  }
  return { action: 'accept', content }
}

type Field = Record<string, unknown>

function fieldsOf(schema: Record<string, unknown> | null): [string, Field][] {
  return Object.entries(toObject(schema?.['properties'])).map(([name, field]) => [
    name,
    toObject(field),
  ])
}

async function askField(
  name: string,
  field: Field,
  keyboard: Keyboard,
): Promise<string | number | boolean | null> {
  const { title, description, type } = field
  const label = typeof title === 'string' ? title : name
  const message = typeof description === 'string' ? `${label}: ${description}` : label
  const values = Array.isArray(field['enum']) ? field['enum'].map(String) : null
  if (values !== null) {
    return await keyboard.choose(
      message,
      values.map((value) => ({ value, label: value })),
    )
  }
  if (type === 'boolean') {
    const answer = await keyboard.choose(message, [
      { value: 'true', label: 'Yes' },
      { value: 'false', label: 'No' },
    ])
    return answer === null ? null : answer === 'true'
  }
  const written = await keyboard.write(message)
  if (written === null || written === '') return written
  return type === 'number' || type === 'integer' ? Number(written) : written
}

function toObject(value: unknown): Field {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
