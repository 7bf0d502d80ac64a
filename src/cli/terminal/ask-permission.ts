import type { PermissionResult } from '../../agent/index.ts'
import type { PermissionRequest } from '../../events/human-request.ts'
import type { Asking } from './asking.ts'
import { describeCall } from './describe-call.ts'
import { describeSuggestions } from './describe-suggestions.ts'
import type { Choice } from './keyboard.ts'
import { safeLine } from './safe-text.ts'

type Answer = 'once' | 'session' | 'deny' | 'reason'

/** May this tool run? The whole call is shown: what is cut off cannot be judged. */
export async function askPermission(
  request: PermissionRequest,
  { keyboard, screen, print }: Asking,
): Promise<PermissionResult | null> {
  const { paint } = screen
  print(`${paint.yellow('?')} ${paint.bold(safeLine(request.toolName))} wants to run:`)
  for (const line of describeCall(request.input)) print(`    ${line}`)
  if (request.description !== '') print(paint.dim(`    ${safeLine(request.description)}`))
  if (request.blockedPath !== null) {
    print(paint.dim(`    path: ${safeLine(request.blockedPath)}`))
  }
  const updates = forSession(request.suggestions)
  const choices: Choice<Answer>[] = [
    { value: 'once', label: 'Allow once' },
    ...(updates.length === 0
      ? []
      : [
          {
            value: 'session' as const,
            label: `Allow for this session: ${describeSuggestions(updates)}`,
          },
        ]),
    { value: 'deny', label: 'Deny' },
    { value: 'reason', label: 'Deny, and say why' },
  ]
  const answer = await keyboard.choose('Allow it?', choices)
  switch (answer) {
    case null:
      return null
    case 'once':
      return { behavior: 'allow' }
    case 'session':
      return { behavior: 'allow', updatedPermissions: updates }
    case 'deny':
      return { behavior: 'deny', message: 'The user denied this.' }
    case 'reason': {
      const reason = await keyboard.write('Why? The agent reads it.', { isNeeded: true })
      return reason === null ? null : { behavior: 'deny', message: reason }
    }
    default:
      return answer satisfies never
  }
}

/** The CLI suggests to write rules into settings files; a yes at a terminal is for this session only. */
function forSession(suggestions: Record<string, unknown>[]): Record<string, unknown>[] {
  return suggestions.map((one) => ({ ...one, destination: 'session' }))
}
