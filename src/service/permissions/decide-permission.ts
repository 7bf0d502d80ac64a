import type { PermissionDecided } from '../../events/session-event.ts'
import type { PermissionRequest } from '../../events/human-request.ts'
import type { PermissionResult } from '../../agent/index.ts'
import type { Profile } from '../contract/profile.ts'
import { grantAllows } from './granted-rules.ts'
import { findRule } from './match-rule.ts'
import type { Places } from './real-path.ts'

/** What humans have given to a session. */
export type Given = {
  grants: readonly string[]
  /** Everything is allowed until then, and that is not over; epoch milliseconds. */
  bypassUntil: number | null
}

/**
 * What the profile's rules say, then what was granted for the session, then a bypass; `null`: a human is
 * asked. What a rule denies nothing else allows: a profile's limits hold whoever uses it. `given` is
 * asked only where no rule decides.
 */
export async function decidePermission(
  request: PermissionRequest,
  {
    profile,
    places,
    given,
  }: { profile: Profile | undefined; places: Places; given: () => Promise<Given> },
): Promise<PermissionDecided | null> {
  const { toolName, toolUseId } = request
  const decided = { type: 'permission_decided', toolName, toolUseId } as const
  const rule = await findRule(profile?.permissions ?? [], request, places)
  if (rule !== null && rule.decision !== 'ask') {
    const { tool, match, decision } = rule
    const text = match === undefined ? tool : `${tool}(${match})`
    return { ...decided, decision, by: 'profile', rule: text }
  }
  const { grants, bypassUntil } = await given()
  for (const grant of grants) {
    if (!(await grantAllows(grant, request, places))) continue
    return { ...decided, decision: 'allow', by: 'session', rule: grant }
  }
  if (bypassUntil === null || profile?.allowBypass !== true) return null
  const until = new Date(bypassUntil).toISOString()
  return { ...decided, decision: 'allow', by: 'bypass', rule: `until ${until}` }
}

/** What the agent hears of it. */
export function toPermissionResult(
  { decision, rule }: Pick<PermissionDecided, 'decision' | 'rule'>,
  profile: Profile | undefined,
): PermissionResult {
  if (decision === 'allow') return { behavior: 'allow' }
  const found = profile?.permissions?.find(
    ({ tool, match }) => rule === (match === undefined ? tool : `${tool}(${match})`),
  )
  const name = profile?.name ?? ''
  return { behavior: 'deny', message: found?.reason ?? `The profile ${name} denies ${rule}.` }
}
