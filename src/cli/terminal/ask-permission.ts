import type { PermissionRequest } from '../../events/human-request.ts'
import type { RequestAnswer } from '../../service/contract/request.ts'
import type { Asking } from './asking.ts'
import { describeCall } from './describe-call.ts'
import { describeSuggestion, describeSuggestions } from './describe-suggestions.ts'
import { safeLine } from './safe-text.ts'

/** What may be answered to a permission request; `scope` only where somebody keeps what is granted. */
export type PermissionAnswer = Extract<RequestAnswer, { behavior: string }>

type Choice = { label: string; answer: PermissionAnswer | 'reason' }

/** May this tool run? The whole call is shown: what is cut off cannot be judged. */
export async function askPermission(
  request: PermissionRequest,
  { keyboard, screen, print }: Asking,
  { keepsGrants }: { keepsGrants: boolean },
): Promise<PermissionAnswer | null> {
  const { paint } = screen
  print(`${paint.yellow('?')} ${paint.bold(safeLine(request.toolName))} wants to run:`)
  for (const line of describeCall(request.input)) print(`    ${line}`)
  if (request.description !== '') print(paint.dim(`    ${safeLine(request.description)}`))
  if (request.blockedPath !== null) {
    print(paint.dim(`    path: ${safeLine(request.blockedPath)}`))
  }
  const choices: Choice[] = [
    { label: 'Allow once', answer: { behavior: 'allow' } },
    ...forSession(request, keepsGrants),
    ...request.suggestions.map((one) => ({
      label: `Allow, and keep the rule: ${describeSuggestion(one)}`,
      answer: { behavior: 'allow' as const, updatedPermissions: [one] },
    })),
    { label: 'Deny', answer: { behavior: 'deny', message: 'The user denied this.' } },
    { label: 'Deny, and say why', answer: 'reason' },
  ]
  const chosen = await keyboard.choose(
    'Allow it?',
    choices.map(({ label }, index) => ({ value: String(index), label })),
  )
  const answer = chosen === null ? undefined : choices[Number(chosen)]?.answer
  if (answer !== 'reason') return answer ?? null
  const reason = await keyboard.write('Why? The agent reads it.', { isNeeded: true })
  return reason === null ? null : { behavior: 'deny', message: reason }
}

function forSession({ suggestions }: PermissionRequest, keepsGrants: boolean): Choice[] {
  const rules = suggestions.filter(
    ({ type, behavior }) => type === 'addRules' && behavior === 'allow',
  )
  if (keepsGrants) {
    const what = rules.length === 0 ? 'just this' : describeSuggestions(rules)
    const answer = { behavior: 'allow', scope: 'session' } as const
    return [{ label: `Allow for this session: ${what}`, answer }]
  }
  if (suggestions.length === 0) return []
  // The CLI suggests to write rules into settings files; this is for its own session only.
  const updatedPermissions = suggestions.map((one) => ({ ...one, destination: 'session' }))
  const label = `Allow for this session: ${describeSuggestions(suggestions)}`
  return [{ label, answer: { behavior: 'allow', updatedPermissions } }]
}
