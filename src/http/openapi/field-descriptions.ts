import type { JsonSchema } from './schemas.ts'

/** What fields mean that do not say it by their names. */
const descriptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Run: {
    ordinal: '1, 2, 3… in its session.',
    state: '`waiting` always says on what, in `waiting`.',
    ahead: 'While queued: how many runs of its session come first.',
    text: 'The reply, as much of it as there is.',
    retryOf: 'The run whose prompt this one runs again.',
  },
  Attempt: { log: 'Its part of the agent’s log, in bytes.' },
  Submission: {
    sessionId: 'The session, by its id.',
    key: 'The session, by its key; a new one is made when there is none.',
    prompt: 'A text, or content blocks of the Messages API.',
    profile: 'Of a new session. Default: `default`.',
    workspace: 'Of a new session. Default: the profile’s.',
    priority: '-100 to 100, higher first. Default 0.',
    delayMs: 'Not before so long from now.',
    idempotencyKey: 'Submitting the same again under the same key gives the first run.',
    onBusy: 'What it does to a turn under way: wait for it, end it, or become part of it.',
    slashCommands: 'Whether a leading `/` names a command of the CLI. Default `literal`.',
    wait: 'Answer when the run has ended, or after so many seconds.',
  },
  Session: {
    key: 'The caller’s own name for it, unique.',
    cwd: 'The folder, once it is there.',
    currentRun: 'The run that is running or waiting, if one is.',
    lastSeq: 'The newest stored event’s.',
    firstSeq: 'Events before this one were removed by retention.',
    workerId: 'The worker that has its lease.',
  },
  NewFork: { afterRun: 'Branch off after this run. Default: its end.' },
  ProfileOptions: {
    maxBudgetUsd: 'In US dollars, for a run with its retries.',
    timeoutMs: 'Wall clock of one turn, without the time that a human is awaited.',
  },
  CreatedToken: { token: 'Its text. Shown this once.' },
  Status: {
    accepting: '`false` when no work is taken at present; `problem` says why.',
    outcomes: 'Runs that ended in the last 24 hours.',
  },
  Schedule: {
    cron: 'Five fields, or six with seconds first.',
    timeZone: 'IANA name.',
    nextAt: 'The next times, the soonest first; none while it is paused.',
    lastAt: 'The last time that became a run.',
  },
  NewSchedule: {
    name: 'Unique.',
    cron: 'Five fields, or six with seconds first.',
    timeZone: 'IANA name. Default: UTC.',
    overlap:
      'When a run of an earlier time is still open: leave this one out (default), queue it, or cancel the old one.',
    missed:
      'Times that passed while nothing ran: leave them out, make up for the last (default), or for all.',
  },
  ScheduledSubmission: {
    key: 'The session; `{at}` in it is the time that it was due: a session each.',
  },
  Firing: {
    at: 'The time that it was due.',
    what: '`missed`: nothing ran then, nor at the times after it that `reason` names.',
  },
  Problem: {
    type: '`urn:hostler:error:` and the code.',
    detail: 'What is wrong, and with which value.',
    code: 'Stable, unlike the texts.',
    cure: 'What to do.',
    field: 'The field of the body, query or header at fault.',
    params: 'What `detail` is about, by name.',
  },
}

export function describeFields(component: string, schema: JsonSchema): JsonSchema {
  const texts = descriptions[component]
  const { properties } = schema
  if (texts === undefined || typeof properties !== 'object' || properties === null) return schema
  const described = Object.entries(properties).map(([name, property]) => {
    const description = texts[name]
    return [name, description === undefined ? property : { ...property, description }]
  })
  return { ...schema, properties: Object.fromEntries(described) }
}
