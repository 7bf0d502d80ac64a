import { z } from 'zod'
import {
  agentQuestionSchema,
  agentSelfSchema,
  askedQuestionSchema,
  newProgressSchema,
  newTaskSchema,
  newTitleSchema,
  taskInfoSchema,
} from '../../service/api-schema/agent-call-schema.ts'
import { jsonAnswer, readInput } from '../routing/answers.ts'
import type { Endpoint } from '../routing/endpoint.ts'
import type { QueryParam } from '../routing/read-query.ts'
import { agentCallsOf, keyOf, keyParam, waitForAgent } from './agent-call.ts'

const tag = 'agent'
const asked = { description: 'The question.', schema: askedQuestionSchema }
const done = { 204: { description: 'It is noted.' } }

function waitFor(what: string): QueryParam {
  const description = `Answer when ${what}, or after so many seconds (up to 300).`
  return { name: 'wait', kind: 'integer', description }
}

/** What scripts and hooks of a run's agent may do, with the token that they find in HOSTLER_TOKEN. */
export const agentEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/v1/agent',
    tag,
    summary: 'The run that the token is for, and its tasks',
    access: 'agent',
    answers: { 200: { description: 'The run.', schema: agentSelfSchema } },
    errors: ['run_ended'],
    async handle(call) {
      return jsonAnswer(await agentCallsOf(call).self({ signal: call.request.signal }))
    },
  },
  {
    method: 'POST',
    path: '/v1/agent/ask',
    tag,
    summary: 'Ask a human',
    description: 'The run waits for a human meanwhile; after `parkAfterMs` its agent is ended.',
    access: 'agent',
    query: [waitFor('somebody has answered')],
    headers: [keyParam],
    body: { schema: agentQuestionSchema },
    answers: { 200: asked },
    errors: ['run_ended', 'not_accepting'],
    async handle(call) {
      const question = await readInput(call, agentQuestionSchema)
      const calls = agentCallsOf(call)
      const { id } = await calls.ask(question, keyOf(call))
      return jsonAnswer(await waitForAgent(call, (options) => calls.readQuestion(id, options)))
    },
  },
  {
    method: 'GET',
    path: '/v1/agent/requests/{id}',
    tag,
    summary: 'Read what came of a question, or wait for its answer',
    access: 'agent',
    query: [waitFor('somebody has answered')],
    answers: { 200: asked },
    errors: ['not_found', 'run_ended'],
    async handle(call) {
      const id = call.params['id'] ?? ''
      const calls = agentCallsOf(call)
      return jsonAnswer(await waitForAgent(call, (options) => calls.readQuestion(id, options)))
    },
  },
  {
    method: 'POST',
    path: '/v1/agent/tasks',
    tag,
    summary: 'Make a task: a child run in a session of its own',
    access: 'agent',
    headers: [keyParam],
    body: { schema: newTaskSchema },
    answers: { 201: { description: 'The task.', schema: taskInfoSchema } },
    errors: ['task_refused', 'not_found', 'idempotency_conflict', 'run_ended', 'not_accepting'],
    async handle(call) {
      const task = await readInput(call, newTaskSchema)
      return jsonAnswer(await agentCallsOf(call).createTask(task, keyOf(call)), 201)
    },
  },
  {
    method: 'GET',
    path: '/v1/agent/tasks',
    tag,
    summary: 'List the tasks of the run, or wait for their ends',
    access: 'agent',
    query: [waitFor('all of them have ended')],
    answers: {
      200: {
        description: 'The first one first.',
        schema: z.object({ items: z.array(taskInfoSchema) }),
      },
    },
    errors: ['run_ended'],
    async handle(call) {
      const calls = agentCallsOf(call)
      return jsonAnswer({ items: await waitForAgent(call, (options) => calls.tasks(options)) })
    },
  },
  {
    method: 'POST',
    path: '/v1/agent/progress',
    tag,
    summary: 'Tell how far the run is',
    access: 'agent',
    body: { schema: newProgressSchema },
    answers: done,
    errors: ['run_ended', 'not_accepting'],
    async handle(call) {
      await agentCallsOf(call).reportProgress(await readInput(call, newProgressSchema))
      return new Response(null, { status: 204 })
    },
  },
  {
    method: 'POST',
    path: '/v1/agent/title',
    tag,
    summary: 'Name the run’s session',
    access: 'agent',
    body: { schema: newTitleSchema },
    answers: done,
    errors: ['run_ended', 'not_accepting'],
    async handle(call) {
      await agentCallsOf(call).setTitle((await readInput(call, newTitleSchema)).title)
      return new Response(null, { status: 204 })
    },
  },
]
