import type { ReadResourceResult, ResourceTemplateType } from '@modelcontextprotocol/server'
import { hostlerError } from '../errors.ts'
import type { ToolCall } from './tool.ts'
import { toEventView, toRunView } from './views.ts'

const mimeType = 'application/json'
const maxEvents = 500

/** What can be read by an address; nothing is listed, as there may be thousands. */
export const resourceTemplates: ResourceTemplateType[] = [
  {
    name: 'run',
    title: 'A run',
    uriTemplate: 'hostler://runs/{id}',
    description: 'A run as it is now.',
    mimeType,
  },
  {
    name: 'events',
    title: 'A session’s events',
    uriTemplate: 'hostler://sessions/{id}/events',
    description: `The first ${maxEvents} events of a session; the tool read_events has the others.`,
    mimeType,
  },
]

/** @throws HostlerError `not_found` */
export async function readResource(uri: string, call: ToolCall): Promise<ReadResourceResult> {
  const value = await read(uri, call)
  return { contents: [{ uri, mimeType, text: JSON.stringify(value) }] }
}

async function read(uri: string, { hostler, signal }: ToolCall): Promise<unknown> {
  const run = /^hostler:\/\/runs\/([^/]+)$/.exec(uri)?.[1]
  if (run !== undefined) return toRunView(await hostler.runs.get(toId(run, uri), { signal }))
  const session = /^hostler:\/\/sessions\/([^/]+)\/events$/.exec(uri)?.[1]
  if (session === undefined) throw unknownAddress(uri)
  const range = { transient: false, until: 'now', signal } as const
  const events: unknown[] = []
  for await (const event of hostler.sessions.events(toId(session, uri), range)) {
    events.push(toEventView(event))
    if (events.length === maxEvents) break
  }
  return events
}

function toId(text: string, uri: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw unknownAddress(uri)
  }
}

function unknownAddress(uri: string): Error {
  const cure = `read ${resourceTemplates.map(({ uriTemplate }) => uriTemplate).join(' or ')}`
  return hostlerError('not_found', { what: 'resource', id: uri.slice(0, 200), cure })
}
