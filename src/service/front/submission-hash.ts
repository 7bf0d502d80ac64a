import { createHash } from 'node:crypto'
import type { Submission } from '../contract/run.ts'

/** SHA-256 of all that is submitted but its idempotency key, whatever the order of its fields. */
export function submissionHash(submission: Omit<Submission, 'idempotencyKey'>): string {
  const attachments = submission.attachments?.map(({ name, mediaType, data }) => ({
    name,
    mediaType,
    sha256: createHash('sha256').update(data).digest('hex'),
  }))
  const canonical = JSON.stringify(sorted({ ...submission, attachments }))
  return createHash('sha256').update(canonical).digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}
