import { z } from 'zod'
import { givenTime, id, labels, profileName, whole } from '../../service/api-schema/fields.ts'
import { outcomeSchema } from '../../service/api-schema/outcome-schema.ts'
import { plainSubmissionSchema } from '../../service/api-schema/run-schema.ts'
import { runStateSchema } from '../../service/api-schema/session-schema.ts'
import { defineTool, readsOnly, type Tool } from '../tool.ts'
import { toRunRow, toRunView } from '../views.ts'
import { look, waitForRun, type Waited } from '../wait-for-run.ts'
import { defaultRows, idInput, pageFields, pageTexts } from './inputs.ts'

// Below the minute after which most clients give up on a call.
const defaultWaitS = 45

/** What can be done with runs. */
export const runTools: readonly Tool[] = [
  defineTool({
    name: 'submit_run',
    title: 'Submit a run',
    description:
      'Gives Claude Code a prompt to work on unattended. Answers at once with the run, which is queued; its id goes into wait_for_run or get_run. Runs of one session share a conversation and a workspace, and are done one after the other. Name the session by a key of your own, which makes it when it is new, or by the id of one that is there.',
    access: ['run'],
    annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true },
    input: plainSubmissionSchema,
    fields: {
      sessionId: 'The session, by its id. Give this or key.',
      key: 'The session, by its key; a new one is made when there is none.',
      prompt: 'A text, or content blocks of the Messages API.',
      profile: 'Of a new session: what its agent may do. Default: default.',
      workspace:
        'Of a new session: the folder or git repository to work in. Default: the profile’s.',
      options: 'Other than the profile says; of limits, less than it.',
      labels: 'To find the run by.',
      priority: '-100 to 100, higher first. Default 0.',
      delayMs: 'Not before so long from now.',
      idempotencyKey: 'Submitting the same again under the same key gives the first run.',
      onBusy: 'What it does to a turn under way: wait for it, end it, or become part of it.',
      slashCommands: 'Whether a leading / names a command of the CLI. Default literal.',
      dependsOn: 'Ids of runs that must have ended before.',
      onDependencyFailure: 'When one of them does not succeed. Default fail.',
      review: 'Whether a human looks at the result before it counts as succeeded.',
    },
    run: async (submission, { hostler, signal }) => ({
      run: toRunView(await hostler.runs.submit(submission, { signal })),
    }),
  }),
  defineTool({
    name: 'get_run',
    title: 'Look at a run',
    description: 'A run as it is now: state, reply, costs, and the requests that it has open.',
    access: ['read'],
    annotations: readsOnly,
    input: idInput,
    fields: { id: 'The run’s id.' },
    run: async ({ id }, call) => toWaitedView(await look(call, id)),
  }),
  defineTool({
    name: 'wait_for_run',
    title: 'Wait for a run',
    description:
      'Waits until a run has ended, asks something of a human, or time is up: look at its state and at openRequests. Tells by progress notifications what the run does. Call it again to go on waiting; the run itself is not touched.',
    access: ['read'],
    annotations: readsOnly,
    input: z.strictObject(
      {
        id,
        timeoutSeconds: whole({ from: 1, to: 86_400 }, { unit: 'seconds' }).exactOptional(),
        untilAsked: z.boolean({ error: 'true or false' }).exactOptional(),
      },
      { error: '{ id }' },
    ),
    fields: {
      id: 'The run’s id.',
      timeoutSeconds: `How long to wait. Default ${defaultWaitS}; clients commonly give up after a minute.`,
      untilAsked: 'Whether to come back when the run asks something of a human. Default true.',
    },
    run: async ({ id, timeoutSeconds = defaultWaitS, untilAsked = true }, call) =>
      toWaitedView(await waitForRun(call, id, { timeoutMs: timeoutSeconds * 1000, untilAsked })),
  }),
  defineTool({
    name: 'list_runs',
    title: 'List runs',
    description: 'Runs, newest first, their texts cut. get_run has all of one.',
    access: ['read'],
    annotations: readsOnly,
    input: z.strictObject({
      sessionId: id.exactOptional(),
      state: z.array(runStateSchema, { error: 'an array of states' }).exactOptional(),
      outcome: z.array(outcomeSchema, { error: 'an array of outcomes' }).exactOptional(),
      profile: profileName.exactOptional(),
      labels: labels.exactOptional(),
      parentRunId: id.exactOptional(),
      scheduleId: id.exactOptional(),
      createdAfter: givenTime.exactOptional(),
      createdBefore: givenTime.exactOptional(),
      ...pageFields,
    }),
    fields: { ...pageTexts, createdAfter: 'Epoch milliseconds.', createdBefore: 'The same.' },
    run: async ({ cursor, limit = defaultRows, ...filter }, { hostler, signal }) => {
      const page = { limit, signal, ...(cursor === undefined ? {} : { cursor }) }
      const { items, next } = await hostler.runs.list(filter, page)
      return { items: items.map(toRunRow), next }
    },
  }),
  defineTool({
    name: 'cancel_run',
    title: 'Cancel a run',
    description: 'Ends a run: a queued one at once, a running one as soon as its turn is stopped.',
    access: ['run'],
    annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
    input: idInput,
    fields: { id: 'The run’s id.' },
    run: async ({ id }, { hostler, signal }) => ({
      run: toRunView(await hostler.runs.cancel(id, { signal })),
    }),
  }),
  defineTool({
    name: 'retry_run',
    title: 'Retry a run',
    description: 'A new run with the prompt of one that has ended, in the same conversation.',
    access: ['run'],
    annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true },
    input: idInput,
    fields: { id: 'The id of the run that has ended.' },
    run: async ({ id }, { hostler, signal }) => ({
      run: toRunView(await hostler.runs.retry(id, { signal })),
    }),
  }),
]

function toWaitedView({ run, asked }: Waited): Record<string, unknown> {
  return { run: toRunView(run), openRequests: asked }
}
