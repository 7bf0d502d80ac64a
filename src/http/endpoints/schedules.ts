import { z } from 'zod'
import {
  firingSchema,
  newScheduleSchema,
  scheduleChangeSchema,
  scheduleFilterSchema,
  scheduleSchema,
} from '../../service/api-schema/schedule-schema.ts'
import { pageSchema } from '../../service/api-schema/page-schema.ts'
import { runSchema } from '../../service/api-schema/run-schema.ts'
import type { ErrorCode } from '../../errors.ts'
import { answerPage, jsonAnswer, pageParams, readInput, readNothing } from '../routing/answers.ts'
import type { Call, Endpoint } from '../routing/endpoint.ts'

const noFilter = z.strictObject({})
const tag = 'schedules'
const path = '/v1/schedules/{id}'
const answer = { description: 'The schedule.', schema: scheduleSchema }
/** What would be refused each time is refused at once. */
const refusals: readonly ErrorCode[] = [
  'not_found',
  'invalid_prompt',
  'name_taken',
  'session_archived',
  'workspace_not_allowed',
  'not_accepting',
]

export const scheduleEndpoints: readonly Endpoint[] = [
  {
    method: 'POST',
    path: '/v1/schedules',
    tag,
    summary: 'Make a schedule',
    description:
      'A cron line that submits a run. `{at}` in the `key` of `submission` is the time that it was due: a session each. What would be refused when it is due is refused now.',
    access: ['run'],
    body: { schema: newScheduleSchema },
    answers: { 201: { ...answer, headers: { Location: 'Where the schedule is.' } } },
    errors: refusals,
    async handle(call) {
      const made = await call.hostler.schedules.create(await readInput(call, newScheduleSchema))
      return jsonAnswer(made, 201, { location: `/v1/schedules/${made.id}` })
    },
  },
  {
    method: 'GET',
    path: '/v1/schedules',
    tag,
    summary: 'List schedules',
    access: ['read'],
    query: [
      {
        name: 'state',
        kind: 'text',
        values: ['active', 'paused'],
        description: 'Only those in this state.',
      },
      ...pageParams,
    ],
    answers: { 200: { description: 'Newest first.', schema: pageSchema(scheduleSchema) } },
    handle: (call) =>
      answerPage(call, scheduleFilterSchema, (filter, page) =>
        call.hostler.schedules.list(filter, page),
      ),
  },
  {
    method: 'GET',
    path,
    tag,
    summary: 'Read a schedule',
    access: ['read'],
    answers: { 200: answer },
    errors: ['not_found'],
    async handle(call) {
      const { signal } = call.request
      return jsonAnswer(await call.hostler.schedules.get(idOf(call), { signal }))
    },
  },
  {
    method: 'PATCH',
    path,
    tag,
    summary: 'Change, pause or resume a schedule',
    description:
      'Only what is given changes; `submission` as a whole. Times that pass while it is paused are not missed.',
    access: ['run'],
    body: { schema: scheduleChangeSchema },
    answers: { 200: answer },
    errors: refusals,
    async handle(call) {
      const change = await readInput(call, scheduleChangeSchema)
      return jsonAnswer(await call.hostler.schedules.update(idOf(call), change))
    },
  },
  {
    method: 'DELETE',
    path,
    tag,
    summary: 'Delete a schedule',
    description: 'Its runs stay.',
    access: ['run'],
    answers: { 204: { description: 'It is gone.' } },
    errors: ['not_found', 'not_accepting'],
    async handle(call) {
      await readNothing(call)
      await call.hostler.schedules.delete(idOf(call))
      return new Response(null, { status: 204 })
    },
  },
  {
    method: 'POST',
    path: `${path}/run`,
    tag,
    summary: 'Run a schedule now',
    description: 'Whether it is paused, and whatever is open of it. Its own times stay.',
    access: ['run'],
    answers: { 202: { description: 'The run.', schema: runSchema } },
    errors: [
      'not_found',
      'session_archived',
      'session_quarantined',
      'account_refused',
      'workspace_not_allowed',
      'not_accepting',
    ],
    async handle(call) {
      await readNothing(call)
      const run = await call.hostler.schedules.run(idOf(call))
      return jsonAnswer(run, 202)
    },
  },
  {
    method: 'GET',
    path: `${path}/firings`,
    tag,
    summary: 'List what became of a schedule’s times',
    access: ['read'],
    query: [...pageParams],
    answers: { 200: { description: 'The last first.', schema: pageSchema(firingSchema) } },
    errors: ['not_found'],
    handle: (call) =>
      answerPage(call, noFilter, (_filter, page) =>
        call.hostler.schedules.firings(idOf(call), page),
      ),
  },
]

/** Names may have slashes in them. */
function idOf({ params }: Call): string {
  return params['id'] ?? ''
}
