import type { Submission } from '../service/contract/run.ts'

/**
 * A submission as it is sent: JSON, or with attachments a form. Always with an idempotency key, so that
 * it can be sent again when the connection breaks before the answer.
 */
export function toSubmissionBody(submission: Submission): FormData | object {
  const { attachments = [], ...rest } = submission
  const body = { ...rest, idempotencyKey: rest.idempotencyKey ?? newKey() }
  if (attachments.length === 0) return body
  const form = new FormData()
  form.append('submission', new Blob([JSON.stringify(body)], { type: 'application/json' }))
  for (const { name, mediaType, data } of attachments) {
    // A copy: a blob takes no bytes of shared memory.
    form.append('files', new Blob([new Uint8Array(data)], { type: mediaType }), name)
  }
  return form
}

// Not randomUUID: browsers have that on https and localhost only.
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return `client-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
