import { hostlerError } from '../../errors.ts'
import type { Submission } from '../../service/contract/run.ts'
import { submissionBodySchema } from '../../service/api-schema/run-schema.ts'
import { parseInput } from '../../service/api-schema/parse-input.ts'
import type { Call } from '../routing/endpoint.ts'
import { mediaType, readBody, readJson } from '../routing/read-body.ts'
import { readParts } from '../routing/read-parts.ts'

/** A submission as it is sent over HTTP: beside its own fields, how long to wait for the end. */
/** @throws HostlerError when the body, its parts or the idempotency keys are not as they should be */
export async function readSubmission(
  call: Call,
): Promise<{ submission: Submission; waitMs: number }> {
  const { json, attachments } = await readSent(call)
  const { wait = 0, ...given } = parseInput(submissionBodySchema, json ?? {}, { name: 'body' })
  const submission = withKey(given, call.request.headers.get('idempotency-key'))
  const files = attachments.length === 0 ? {} : { attachments }
  return { submission: { ...submission, ...files }, waitMs: wait * 1000 }
}

type Sent = { json: unknown; attachments: NonNullable<Submission['attachments']> }

async function readSent({ request, services }: Call): Promise<Sent> {
  const settings = services.settings()
  if (mediaType(request) !== 'multipart/form-data') {
    return { json: await readJson(request, settings.maxBodyBytes), attachments: [] }
  }
  const maxBytes = settings.maxBodyBytes + settings.maxAttachmentBytes
  const body = await readBody(request, maxBytes)
  return await readParts(body, { type: request.headers.get('content-type') ?? '', settings })
}

function withKey(submission: Submission, header: string | null): Submission {
  if (header === null) return submission
  const { idempotencyKey } = submission
  if (idempotencyKey !== undefined && idempotencyKey !== header) {
    throw hostlerError('invalid_input', {
      field: 'Idempotency-Key',
      problem: `is "${header}", but idempotencyKey in the body is "${idempotencyKey}"`,
      cure: 'give one of them, or the same twice',
    })
  }
  return { ...submission, idempotencyKey: header }
}
