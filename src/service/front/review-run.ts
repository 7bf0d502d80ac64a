import { z } from 'zod'
import { hostlerError } from '../../errors.ts'
import { openRequestsOf } from '../../store/requests.ts'
import { reviewCommentSchema } from '../api-schema/run-schema.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import type { CallOptions } from '../contract/hostler.ts'
import type { RequestAnswer } from '../contract/request.ts'
import type { Run } from '../contract/run.ts'
import { answerRequest } from './answer-request.ts'
import { findRun } from './find-run.ts'
import type { Front } from './front.ts'
import { readRun } from './read-runs.ts'

const noCommentSchema: z.ZodType<object> = z.strictObject({})

/** Lets the result of a run that waits for a human's look at it stand. @throws not_found, run_not_in_review */
export async function acceptRun(
  front: Front,
  id: string,
  { signal, ...rest }: CallOptions = {},
): Promise<Run> {
  parseInput(noCommentSchema, rest, { name: 'options' })
  return await review(front, id, { answer: { behavior: 'allow' }, signal })
}

/**
 * Sends a result back: the run goes on in the same conversation with what is to be done otherwise.
 * @throws not_found, invalid_input, run_not_in_review
 */
export async function rejectRun(
  front: Front,
  id: string,
  { signal, ...given }: { comment: string } & CallOptions,
): Promise<Run> {
  const { comment } = parseInput(reviewCommentSchema, given, { name: 'options' })
  return await review(front, id, { answer: { behavior: 'deny', message: comment }, signal })
}

async function review(
  front: Front,
  id: string,
  { answer, signal }: { answer: RequestAnswer; signal: AbortSignal | undefined },
): Promise<Run> {
  signal?.throwIfAborted()
  const { context } = front
  const run = await findRun(context.store, id)
  const open = await openRequestsOf(context.store, run.id)
  const request = open.find(({ kind }) => kind === 'review')
  if (request === undefined) {
    throw hostlerError('run_not_in_review', { id: run.id, state: run.state })
  }
  await answerRequest(front, request.id, { answer, ...(signal === undefined ? {} : { signal }) })
  return await readRun(context, run.id, { reader: context.store })
}
