import type { PermissionDenial, Tokens } from '../../events/turn-result.ts'
import {
  isObject,
  numberAt,
  numberOrNull,
  objectAt,
  objectsAt,
  stringAt,
  stringOrNull,
  stringsAt,
  type Loose,
} from './loose.ts'

export type ModelFigures = Tokens & { costUsd: number }

/** What hostler takes from one `result` line of the CLI. */
export type ResultFigures = {
  subtype: string
  isError: boolean
  text: string
  errors: string[]
  terminalReason: string | null
  stopReason: string | null
  apiStatus: number | null
  sessionId: string
  /** Cumulative. */
  totalCostUsd: number
  /** Cumulative. */
  byModel: Record<string, ModelFigures>
  /** Since the result before, in this process; older CLIs do not say. */
  byModelSinceLast: Record<string, ModelFigures> | null
  durationApiMs: number | null
  firstTokenMs: number | null
  permissionDenials: PermissionDenial[]
  hasStructuredOutput: boolean
  structuredOutput: unknown
  /** The slash command that the CLI ran by itself. */
  localCommand: string | null
  /** Why there is a result that no prompt asked for. */
  origin: string | null
}

/** Source: the CLI's `result` message, 2.1.197 and 2.1.328. */
export function toResultFigures(message: Loose): ResultFigures {
  const since = message['model_usage_since_last_result']
  return {
    subtype: stringAt(message, 'subtype'),
    isError: message['is_error'] === true,
    text: stringAt(message, 'result'),
    errors: stringsAt(message, 'errors'),
    terminalReason: stringOrNull(message, 'terminal_reason'),
    stopReason: stringOrNull(message, 'stop_reason'),
    apiStatus: numberOrNull(message, 'api_error_status'),
    sessionId: stringAt(message, 'session_id'),
    totalCostUsd: numberAt(message, 'total_cost_usd'),
    byModel: toByModel(objectAt(message, 'modelUsage')),
    byModelSinceLast: isObject(since) ? toByModel(since) : null,
    durationApiMs: numberOrNull(message, 'duration_api_ms'),
    firstTokenMs: numberOrNull(message, 'ttft_ms'),
    permissionDenials: objectsAt(message, 'permission_denials').map((one) => ({
      toolName: stringAt(one, 'tool_name'),
      toolUseId: stringAt(one, 'tool_use_id'),
      toolInput: one['tool_input'],
    })),
    hasStructuredOutput: 'structured_output' in message,
    structuredOutput: message['structured_output'],
    localCommand: stringOrNull(message, 'local_command'),
    origin: stringOrNull(objectAt(message, 'origin'), 'kind'),
  }
}

/** What the conversation has cost so far: of the answer to the control request `get_usage`. */
export function toUsageSoFar(answer: Loose): Record<string, ModelFigures> | null {
  const usage = objectAt(answer, 'session')['model_usage']
  return isObject(usage) ? toByModel(usage) : null
}

function toByModel(usage: Loose): Record<string, ModelFigures> {
  const byModel: Record<string, ModelFigures> = {}
  for (const [model, figures] of Object.entries(usage)) {
    if (!isObject(figures)) continue
    byModel[model] = {
      inputTokens: numberAt(figures, 'inputTokens'),
      outputTokens: numberAt(figures, 'outputTokens'),
      cacheReadTokens: numberAt(figures, 'cacheReadInputTokens'),
      cacheCreationTokens: numberAt(figures, 'cacheCreationInputTokens'),
      costUsd: numberAt(figures, 'costUSD'),
    }
  }
  return byModel
}
