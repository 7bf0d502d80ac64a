import type { PermissionResult } from '../../agent/index.ts'
import type { ReviewRequest } from '../../events/human-request.ts'
import type { Asking } from './asking.ts'

/** A result that was just shown: accepted, or sent back with what is to be done otherwise. */
export async function askReview(
  { outcome }: ReviewRequest,
  { keyboard }: Asking,
): Promise<PermissionResult | null> {
  const isResult = outcome === 'ok'
  const answer = await keyboard.choose(
    isResult ? 'Is this result right?' : `It ended with ${outcome}. What now?`,
    [
      { value: 'accept', label: isResult ? 'Accept it' : 'Leave it at that' },
      { value: 'reject', label: isResult ? 'Send it back' : 'Go on' },
    ],
  )
  if (answer === null) return null
  if (answer === 'accept') return { behavior: 'allow' }
  const comment = await keyboard.write('What is to be done otherwise?', { isNeeded: true })
  return comment === null ? null : { behavior: 'deny', message: comment }
}
