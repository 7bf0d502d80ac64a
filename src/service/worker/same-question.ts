import { isDeepStrictEqual } from 'node:util'
import type { HumanRequest } from '../../events/human-request.ts'
import type { RequestRow } from '../../store/tables.ts'

/**
 * Whether a stored request asks what this one asks: a conversation that is resumed after its agent has
 * died asks again, under another id.
 */
export function sameQuestion(
  row: Pick<RequestRow, 'kind' | 'data'>,
  request: HumanRequest,
): boolean {
  if (row.kind !== request.kind) return false
  const stored: unknown = JSON.parse(row.data)
  return isDeepStrictEqual(essence(stored), essence(JSON.parse(JSON.stringify(request))))
}

/** What does not change when the same is asked again. */
function essence(request: unknown): unknown {
  if (typeof request !== 'object' || request === null) return request
  return ['toolName', 'serverName', 'message', 'input'].map((name): unknown =>
    Reflect.get(request, name),
  )
}
