import type { AgentRequest } from '../../events/human-request.ts'
import { objectAt, objectsAt, stringAt, stringOrNull, type Loose } from './loose.ts'

/** What a control request of the CLI asks of a human; `null` when it is meant for hostler itself. */
export function toHumanRequest(message: Loose, openedAt: number): AgentRequest | null {
  const request = objectAt(message, 'request')
  const base = { id: stringAt(message, 'request_id'), openedAt }
  if (request['subtype'] === 'elicitation') {
    const schema = objectAt(request, 'requested_schema')
    return {
      ...base,
      kind: 'elicitation',
      serverName: stringAt(request, 'mcp_server_name'),
      message: stringAt(request, 'message'),
      requestedSchema: Object.keys(schema).length > 0 ? schema : null,
      url: stringOrNull(request, 'url'),
      input: request,
    }
  }
  if (request['subtype'] !== 'can_use_tool') return null
  const toolName = stringAt(request, 'tool_name')
  const input = objectAt(request, 'input')
  const call = { ...base, toolUseId: stringAt(request, 'tool_use_id'), input }
  if (toolName === 'AskUserQuestion') {
    return { ...call, kind: 'question', questions: objectsAt(input, 'questions').map(toQuestion) }
  }
  if (toolName === 'ExitPlanMode') {
    return {
      ...call,
      kind: 'plan',
      plan: stringAt(input, 'plan'),
      planFilePath: stringOrNull(input, 'planFilePath'),
    }
  }
  return {
    ...call,
    kind: 'permission',
    toolName,
    description: stringAt(request, 'description'),
    blockedPath: stringOrNull(request, 'blocked_path'),
    suggestions: objectsAt(request, 'permission_suggestions'),
  }
}

function toQuestion(question: Loose): Extract<AgentRequest, { kind: 'question' }>['questions'][0] {
  return {
    question: stringAt(question, 'question'),
    header: stringAt(question, 'header'),
    options: objectsAt(question, 'options').map((option) => ({
      label: stringAt(option, 'label'),
      description: stringAt(option, 'description'),
    })),
    multiSelect: question['multiSelect'] === true,
  }
}
