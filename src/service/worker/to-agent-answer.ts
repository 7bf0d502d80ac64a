import type { ElicitationResult, PermissionResult } from '../../agent/index.ts'
import type { RequestRow } from '../../store/tables.ts'
import type { Profile } from '../contract/profile.ts'
import type { RequestAnswer } from '../contract/request.ts'

/** What the agent is told of a request that is closed. Nobody answered in time: a denial. */
export function toAgentAnswer(
  { answer: text, kind }: Pick<RequestRow, 'answer' | 'kind'>,
  { onRequestExpiry }: Pick<Profile, 'onRequestExpiry'>,
): PermissionResult | ElicitationResult {
  if (text === null) {
    if (kind === 'elicitation') return { action: 'cancel' }
    const denial = { behavior: 'deny', message: 'Nobody answered in time.' } as const
    return onRequestExpiry === 'stop' ? { ...denial, interrupt: true } : denial
  }
  const answer: RequestAnswer = JSON.parse(text)
  if ('action' in answer || answer.behavior === 'deny') return answer
  // How far it reaches is hostler's business: the CLI has its rules in `updatedPermissions`.
  const { scope: _scope, ...rest } = answer
  return rest
}
