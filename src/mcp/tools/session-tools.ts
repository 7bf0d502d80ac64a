import { z } from 'zod'
import type { SessionEvent } from '../../events/session-event.ts'
import { id, labels, line, profileName, sessionKey } from '../../service/api-schema/fields.ts'
import { title, whole } from '../../service/api-schema/fields.ts'
import { defineTool, readsOnly, type Tool } from '../tool.ts'
import { toEventView } from '../views.ts'
import { defaultRows, idInput, pageFields, pageTexts } from './inputs.ts'

const defaultEvents = 50
const anySession = 'Its id, or key: and its key.'

/** What can be done with sessions. */
export const sessionTools: readonly Tool[] = [
  defineTool({
    name: 'list_sessions',
    title: 'List sessions',
    description: 'Durable conversations, newest first, with what each is at and what it has cost.',
    access: ['read'],
    annotations: readsOnly,
    input: z.strictObject({
      search: line(500).exactOptional(),
      state: z.enum(['active', 'archived']).exactOptional(),
      profile: profileName.exactOptional(),
      parentId: id.exactOptional(),
      labels: labels.exactOptional(),
      busy: z.boolean({ error: 'true or false' }).exactOptional(),
      ...pageFields,
    }),
    fields: {
      ...pageTexts,
      search: 'Words of its key, title, labels or prompts.',
      busy: 'Only those with a run under way or in the queue.',
    },
    run: async ({ cursor, limit = defaultRows, ...filter }, { hostler, signal }) => {
      const page = { limit, signal, ...(cursor === undefined ? {} : { cursor }) }
      return { ...(await hostler.sessions.list(filter, page)) }
    },
  }),
  defineTool({
    name: 'get_session',
    title: 'Look at a session',
    description: 'One durable conversation: profile, workspace, what it is at, totals.',
    access: ['read'],
    annotations: readsOnly,
    input: idInput,
    fields: { id: anySession },
    run: async ({ id }, { hostler, signal }) => ({
      session: await hostler.sessions.get(id, { signal }),
    }),
  }),
  defineTool({
    name: 'fork_session',
    title: 'Fork a session',
    description:
      'A new session that knows the conversation so far, with a workspace state of its own where it has a git one. Both go on by themselves.',
    access: ['run'],
    annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    input: z.strictObject(
      {
        id,
        key: sessionKey.exactOptional(),
        title: title.exactOptional(),
        labels: labels.exactOptional(),
        afterRun: id.exactOptional(),
      },
      { error: '{ id }' },
    ),
    fields: {
      id: anySession,
      key: 'Your own name for the new one.',
      afterRun: 'Branch off after this run. Default: at the end.',
    },
    run: async ({ id, ...fork }, { hostler, signal }) => ({
      session: await hostler.sessions.fork(id, fork, { signal }),
    }),
  }),
  defineTool({
    name: 'read_events',
    title: 'Read events',
    description:
      'What has happened in a session: texts, tool calls, requests, ends of runs, numbered by seq from 1. Give next as after to go on. Long texts are cut.',
    access: ['read'],
    annotations: readsOnly,
    input: z.strictObject(
      {
        id,
        after: whole({ from: 0, to: Number.MAX_SAFE_INTEGER }).exactOptional(),
        limit: whole({ from: 1, to: 500 }).exactOptional(),
      },
      { error: '{ id }' },
    ),
    fields: {
      id: anySession,
      after: 'The seq after which to begin. Default 0: from the beginning.',
      limit: `How many, from 1 to 500. Default ${defaultEvents}.`,
    },
    run: async ({ id, after = 0, limit = defaultEvents }, { hostler, signal }) => {
      const read = hostler.sessions.events(id, { after, transient: false, until: 'now', signal })
      const events: SessionEvent[] = []
      for await (const event of read) {
        events.push(event)
        if (events.length === limit) break
      }
      return { events: events.map(toEventView), next: events.at(-1)?.seq ?? after }
    },
  }),
]
