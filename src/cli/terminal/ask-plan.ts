import type { PermissionResult } from '../../agent/index.ts'
import type { PlanRequest } from '../../events/human-request.ts'
import type { Asking } from './asking.ts'
import { safeText } from './safe-text.ts'

/** Shows the plan; approved, or sent back with what should be different. */
export async function askPlan(
  request: PlanRequest,
  { keyboard, screen, print }: Asking,
): Promise<PermissionResult | null> {
  print(screen.paint.bold('The plan:'))
  for (const line of safeText(request.plan).split('\n')) print(`  ${line}`)
  const answer = await keyboard.choose('Go ahead with it?', [
    { value: 'approve', label: 'Go ahead' },
    { value: 'change', label: 'Ask for changes' },
  ])
  if (answer === null) return null
  if (answer === 'approve') return { behavior: 'allow' }
  const changes = await keyboard.write('What should be different?', { isNeeded: true })
  return changes === null ? null : { behavior: 'deny', message: changes }
}
