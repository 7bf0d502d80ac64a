import type { Run } from '../../service/contract/run.ts'
import { runSchema, submissionBodySchema } from '../../service/api-schema/run-schema.ts'
import { jsonAnswer } from '../routing/answers.ts'
import type { Call, Endpoint } from '../routing/endpoint.ts'
import { acceptedFormat } from '../stream/formats.ts'
import { streamAnswer } from '../stream/stream-answer.ts'
import { followRun, readLastSeq } from './follow-run.ts'
import { readSubmission } from './read-submission.ts'
import { hasEnded, readWaitMs, waitForRun, waitParam } from './run-wait.ts'
import { streamMediaTypes } from './session-events.ts'

const headers = { Location: 'Where the run is.' }

/** The way in. */
export const submitRun: Endpoint = {
  method: 'POST',
  path: '/v1/runs',
  tag: 'runs',
  summary: 'Submit a prompt',
  description:
    'Names a session by `sessionId`, or by `key`, which makes it when it is new. Answers 202 as soon as the run is stored; with `wait` (in the query or the body) 200 with the ended run if it ends in time. Files go as `multipart/form-data`: the JSON as part `submission`, each file as a part of its own. With `Accept: text/event-stream` (or `application/jsonl`) the answer is a stream of this run: first `run`, then its events, to its end.',
  access: ['run'],
  query: [waitParam],
  headers: [
    {
      name: 'Idempotency-Key',
      description: 'The same as `idempotencyKey`: submitting the same again gives the first run.',
    },
    { name: 'Accept', description: '`text/event-stream` or `application/jsonl`: follow the run.' },
  ],
  body: { schema: submissionBodySchema, takesFiles: true },
  answers: {
    200: {
      description: 'The run, ended in time; or the stream of it.',
      schema: runSchema,
      mediaTypes: streamMediaTypes,
      headers,
    },
    202: { description: 'The run, stored.', schema: runSchema, headers },
  },
  errors: [
    'invalid_prompt',
    'workspace_not_allowed',
    'not_found',
    'session_archived',
    'session_quarantined',
    'account_refused',
    'idempotency_conflict',
    'not_accepting',
  ],
  handle: answerSubmission,
}

async function answerSubmission(call: Call): Promise<Response> {
  const { hostler, request, query, services } = call
  const { submission, waitMs: bodyWaitMs } = await readSubmission(call)
  const waitMs = query['wait'] === undefined ? bodyWaitMs : readWaitMs(query['wait'])
  const format = acceptedFormat(request, services.formats)
  if (format === null) {
    const run = await hostler.runs.submit(submission)
    return answerRun(hasEnded(run) ? run : await waitForRun(call, { run, waitMs }))
  }
  const after = await readLastSeq(hostler, submission)
  const run = await hostler.runs.submit(submission)
  return streamAnswer(call, {
    format,
    open: (signal) => followRun(hostler, { run, after, signal }),
    headers: { location: locationOf(run) },
  })
}

function answerRun(run: Run): Response {
  return jsonAnswer(run, hasEnded(run) ? 200 : 202, { location: locationOf(run) })
}

function locationOf({ id }: Run): string {
  return `/v1/runs/${id}`
}
