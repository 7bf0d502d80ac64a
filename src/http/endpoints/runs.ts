import { z } from 'zod'
import { outcomes } from '../../events/outcome.ts'
import {
  attemptSchema,
  reviewCommentSchema,
  runFilterSchema,
  runSchema,
} from '../../service/api-schema/run-schema.ts'
import { pageSchema } from '../../service/api-schema/page-schema.ts'
import { answerPage, jsonAnswer, pageParams, readInput, readNothing } from '../routing/answers.ts'
import type { Call, Endpoint } from '../routing/endpoint.ts'
import { hasEnded, readWaitMs, waitForRun, waitParam } from './run-wait.ts'
import { runLog } from './run-log.ts'
import { submitRun } from './submit-run.ts'

const tag = 'runs'
const path = '/v1/runs/{id}'
const runAnswer = { description: 'The run.', schema: runSchema }
const states = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled']

export const runEndpoints: readonly Endpoint[] = [
  submitRun,
  {
    method: 'GET',
    path: '/v1/runs',
    tag,
    summary: 'List runs',
    access: ['read'],
    query: [
      { name: 'sessionId', kind: 'text', description: 'Only those of this session.' },
      { name: 'state', kind: 'list', values: states, description: 'Only those in these states.' },
      { name: 'outcome', kind: 'list', values: outcomes, description: 'Only with these outcomes.' },
      { name: 'profile', kind: 'text', description: 'Only those of this profile.' },
      {
        name: 'label',
        field: 'labels',
        kind: 'labels',
        description: 'Only those with this label: `label=team=web`. May be repeated.',
      },
      { name: 'parentRunId', kind: 'text', description: 'Only children of this run.' },
      { name: 'createdAfter', kind: 'integer', description: 'Epoch milliseconds.' },
      { name: 'createdBefore', kind: 'integer', description: 'Epoch milliseconds.' },
      ...pageParams,
    ],
    answers: { 200: { description: 'Newest first.', schema: pageSchema(runSchema) } },
    handle: (call) =>
      answerPage(call, runFilterSchema, (filter, page) => call.hostler.runs.list(filter, page)),
  },
  {
    method: 'GET',
    path,
    tag,
    summary: 'Read a run, or wait for its end',
    access: ['read'],
    query: [waitParam],
    answers: { 200: { ...runAnswer, description: 'The run. Look at its state.' } },
    errors: ['not_found'],
    async handle(call) {
      const run = await call.hostler.runs.get(idOf(call), { signal: call.request.signal })
      const waitMs = readWaitMs(call.query['wait'])
      return jsonAnswer(hasEnded(run) ? run : await waitForRun(call, { run, waitMs }))
    },
  },
  {
    method: 'POST',
    path: `${path}/cancel`,
    tag,
    summary: 'Cancel a run',
    description: 'A queued or parked one ends at once; a running one when its turn is stopped.',
    access: ['run'],
    answers: { 200: runAnswer },
    errors: ['not_found', 'run_ended', 'not_accepting'],
    async handle(call) {
      await readNothing(call)
      return jsonAnswer(await call.hostler.runs.cancel(idOf(call)))
    },
  },
  {
    method: 'POST',
    path: `${path}/retry`,
    tag,
    summary: 'Run the prompt of an ended run again',
    access: ['run'],
    answers: {
      202: {
        description: 'The new run.',
        schema: runSchema,
        headers: { Location: 'Where it is.' },
      },
    },
    errors: [
      'not_found',
      'run_not_ended',
      'session_archived',
      'session_quarantined',
      'account_refused',
      'not_accepting',
    ],
    async handle(call) {
      await readNothing(call)
      const run = await call.hostler.runs.retry(idOf(call))
      return jsonAnswer(run, 202, { location: `/v1/runs/${run.id}` })
    },
  },
  {
    method: 'POST',
    path: `${path}/interrupt`,
    tag,
    summary: 'End the turn under way',
    description: 'The run is `cancelled`; its agent stays for the next one.',
    access: ['run'],
    answers: { 200: runAnswer },
    errors: ['not_found', 'run_not_running', 'run_ended', 'not_accepting'],
    async handle(call) {
      await readNothing(call)
      return jsonAnswer(await call.hostler.runs.interrupt(idOf(call)))
    },
  },
  {
    method: 'POST',
    path: `${path}/accept`,
    tag,
    summary: 'Accept a result',
    description: 'The run, which waits for a review, succeeds.',
    access: ['answer'],
    answers: { 200: runAnswer },
    errors: ['not_found', 'run_not_in_review', 'request_not_open', 'not_accepting'],
    async handle(call) {
      await readNothing(call)
      return jsonAnswer(await call.hostler.runs.accept(idOf(call)))
    },
  },
  {
    method: 'POST',
    path: `${path}/reject`,
    tag,
    summary: 'Send a result back',
    description: 'The run, which waits for a review, goes on in its conversation with the comment.',
    access: ['answer'],
    body: { schema: reviewCommentSchema },
    answers: { 200: runAnswer },
    errors: ['not_found', 'run_not_in_review', 'request_not_open', 'not_accepting'],
    async handle(call) {
      const { comment } = await readInput(call, reviewCommentSchema)
      return jsonAnswer(await call.hostler.runs.reject(idOf(call), { comment }))
    },
  },
  {
    method: 'GET',
    path: `${path}/attempts`,
    tag,
    summary: 'The attempts of a run',
    access: ['read'],
    answers: {
      200: {
        description: 'The first one first.',
        schema: z.object({ items: z.array(attemptSchema) }),
      },
    },
    errors: ['not_found'],
    async handle(call) {
      const { signal } = call.request
      return jsonAnswer({ items: await call.hostler.runs.attempts(idOf(call), { signal }) })
    },
  },
  runLog,
]

function idOf({ params }: Call): string {
  return params['id'] ?? ''
}
