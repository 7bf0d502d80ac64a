import {
  newForkSchema,
  newSessionSchema,
  sessionChangeSchema,
  sessionFilterSchema,
  sessionSchema,
} from '../../service/api-schema/session-schema.ts'
import { pageSchema } from '../../service/api-schema/page-schema.ts'
import { assertScope } from '../guard/authenticate.ts'
import { answerPage, jsonAnswer, pageParams, readInput, readNothing } from '../routing/answers.ts'
import type { Call, Endpoint } from '../routing/endpoint.ts'
import { sessionEvents } from './session-events.ts'

const tag = 'sessions'
const path = '/v1/sessions/{id}'
const sessionAnswer = { description: 'The session.', schema: sessionSchema }

export const sessionEndpoints: readonly Endpoint[] = [
  {
    method: 'POST',
    path: '/v1/sessions',
    tag,
    summary: 'Start a session',
    description:
      'Starts no agent yet: that comes with its first run. `POST /v1/runs` with a new `key` does both in one.',
    access: ['run'],
    body: { schema: newSessionSchema, isOptional: true },
    answers: { 201: { ...sessionAnswer, headers: { Location: 'Where the session is.' } } },
    errors: ['key_taken', 'workspace_not_allowed', 'not_accepting'],
    async handle(call) {
      const session = await call.hostler.sessions.create(await readInput(call, newSessionSchema))
      return jsonAnswer(session, 201, { location: `/v1/sessions/${session.id}` })
    },
  },
  {
    method: 'GET',
    path: '/v1/sessions',
    tag,
    summary: 'List or search sessions',
    access: ['read'],
    query: [
      { name: 'search', kind: 'text', description: 'Words of its key, title, labels or prompts.' },
      {
        name: 'state',
        kind: 'text',
        values: ['active', 'archived'],
        description: 'Only those in this state.',
      },
      { name: 'profile', kind: 'text', description: 'Only those of this profile.' },
      { name: 'parentId', kind: 'text', description: 'Only forks of this session.' },
      {
        name: 'label',
        field: 'labels',
        kind: 'labels',
        description: 'Only those with this label: `label=team=web`. May be repeated.',
      },
      { name: 'busy', kind: 'boolean', description: 'Only those with open runs, or only others.' },
      ...pageParams,
    ],
    answers: { 200: { description: 'Newest first.', schema: pageSchema(sessionSchema) } },
    handle: (call) =>
      answerPage(call, sessionFilterSchema, (filter, page) =>
        call.hostler.sessions.list(filter, page),
      ),
  },
  {
    method: 'GET',
    path,
    tag,
    summary: 'Read a session',
    access: ['read'],
    answers: { 200: sessionAnswer },
    errors: ['not_found'],
    async handle(call) {
      const { signal } = call.request
      return jsonAnswer(await call.hostler.sessions.get(idOf(call), { signal }))
    },
  },
  {
    method: 'PATCH',
    path,
    tag,
    summary: 'Change a session',
    description:
      'Only what is given changes, for runs that start later. `null` takes a value away. `bypassForMs` needs the scope `admin`, and a profile with `allowBypass`; it concerns what is asked already, too.',
    access: ['run'],
    body: { schema: sessionChangeSchema },
    answers: { 200: sessionAnswer },
    errors: ['not_found', 'key_taken', 'session_archived', 'not_accepting'],
    async handle(call) {
      const change = await readInput(call, sessionChangeSchema)
      if (change.bypassForMs !== undefined && call.identity !== null) {
        assertScope(call.identity, ['admin'])
      }
      return jsonAnswer(await call.hostler.sessions.configure(idOf(call), change))
    },
  },
  {
    method: 'DELETE',
    path,
    tag,
    summary: 'Delete an archived session with everything of it',
    access: ['admin'],
    answers: { 204: { description: 'It is gone.' } },
    errors: ['not_found', 'session_not_archived', 'not_accepting'],
    async handle(call) {
      await readNothing(call)
      await call.hostler.sessions.delete(idOf(call))
      return new Response(null, { status: 204 })
    },
  },
  {
    method: 'POST',
    path: `${path}/fork`,
    tag,
    summary: 'Branch off a session',
    description: 'Both go on by themselves. At its end, or after an earlier run of it.',
    access: ['run'],
    body: { schema: newForkSchema, isOptional: true },
    answers: { 201: { ...sessionAnswer, headers: { Location: 'Where the new session is.' } } },
    errors: ['not_found', 'key_taken', 'run_not_ended', 'not_accepting'],
    async handle(call) {
      const fork = await readInput(call, newForkSchema)
      const session = await call.hostler.sessions.fork(idOf(call), fork)
      return jsonAnswer(session, 201, { location: `/v1/sessions/${session.id}` })
    },
  },
  {
    method: 'POST',
    path: `${path}/archive`,
    tag,
    summary: 'Archive a session',
    description: 'Cancels what is open and ends its agent. It can be read, but not submitted to.',
    access: ['run'],
    answers: { 200: sessionAnswer },
    errors: ['not_found', 'not_accepting'],
    async handle(call) {
      await readNothing(call)
      return jsonAnswer(await call.hostler.sessions.archive(idOf(call)))
    },
  },
  sessionEvents,
]

function idOf({ params }: Call): string {
  return params['id'] ?? ''
}
