import { hostlerError } from '../../errors.ts'
import { parsePrompt } from '../../agent/index.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { submissionSchema } from '../api-schema/run-schema.ts'
import type { Configuration } from '../contract/configuration.ts'
import type { NewAttachment, Submission } from '../contract/run.ts'
import { parseAttachments } from '../attachments/store-attachment.ts'

/** The session that a submission names. */
export type Target = { by: 'id'; id: string } | { by: 'key'; key: string }

/**
 * Takes what can be submitted, and refuses all else before anything is looked up or written.
 * @throws invalid_prompt, invalid_input
 */
export function parseSubmission(
  input: Submission,
  limits: Configuration['server'],
): { submission: Submission; attachments: NewAttachment[]; target: Target } {
  // First, for it says more of a prompt than the schema does.
  if (input?.prompt !== undefined) parsePrompt(input.prompt)
  const submission = parseInput(submissionSchema, input, { name: 'submission' })
  const attachments = parseAttachments(submission.attachments ?? [], limits)
  return { submission, attachments, target: targetOf(submission) }
}

function targetOf({ sessionId, key }: Submission): Target {
  if (sessionId !== undefined && key !== undefined) {
    throw hostlerError('invalid_input', {
      field: 'key',
      problem: 'sessionId is given as well',
      cure: 'name the session by one of them',
    })
  }
  if (sessionId !== undefined) return { by: 'id', id: sessionId }
  if (key !== undefined) return { by: 'key', key }
  throw hostlerError('invalid_input', {
    field: 'key',
    problem: 'is missing',
    cure: 'name a session by key, which makes it when it is new, or by sessionId',
  })
}
