import { z } from 'zod'
import type {
  Firing,
  NewSchedule,
  Schedule,
  ScheduleChange,
  ScheduledSubmission,
  ScheduleFilter,
} from '../contract/schedule.ts'
import { id, labels, line, profileName, sessionKey, time, whole } from './fields.ts'
import { profileOptionsSchema } from './profile-options-schema.ts'
import { promptSchema } from './prompt-schema.ts'
import { onBusySchema } from './session-schema.ts'
import { workspaceSchema } from './workspace-schema.ts'

const state = z.enum(['active', 'paused'])
const overlap = z.enum(['skip', 'queue', 'replace'])
const missed = z.enum(['skip', 'last', 'all'])
const trueOrFalse = z.boolean({ error: 'true or false' })

/** What is submitted each time. */
export const scheduledSubmissionSchema: z.ZodType<ScheduledSubmission> = z.strictObject(
  {
    sessionId: id.exactOptional(),
    key: sessionKey.exactOptional(),
    prompt: promptSchema,
    profile: profileName.exactOptional(),
    workspace: workspaceSchema.exactOptional(),
    options: profileOptionsSchema.exactOptional(),
    labels: labels.exactOptional(),
    priority: whole({ from: -100, to: 100 }).exactOptional(),
    onBusy: onBusySchema.exactOptional(),
    slashCommands: z.enum(['run', 'literal']).exactOptional(),
    review: trueOrFalse.exactOptional(),
  },
  { error: 'an object with at least { key or sessionId, prompt }' },
)

const fields = {
  name: line(100).refine((name) => !name.includes(':'), { error: 'a name without a colon' }),
  cron: line(200),
  timeZone: line(100),
  submission: scheduledSubmissionSchema,
  overlap,
  missed,
  paused: trueOrFalse,
}

export const newScheduleSchema: z.ZodType<NewSchedule> = z.strictObject(
  {
    ...fields,
    timeZone: fields.timeZone.exactOptional(),
    overlap: overlap.exactOptional(),
    missed: missed.exactOptional(),
    paused: fields.paused.exactOptional(),
  },
  { error: 'an object with at least { name, cron, submission }' },
)

export const scheduleChangeSchema: z.ZodType<ScheduleChange> = z.strictObject(
  {
    name: fields.name.exactOptional(),
    cron: fields.cron.exactOptional(),
    timeZone: fields.timeZone.exactOptional(),
    submission: scheduledSubmissionSchema.exactOptional(),
    overlap: overlap.exactOptional(),
    missed: missed.exactOptional(),
    paused: fields.paused.exactOptional(),
  },
  { error: 'an object of what to change' },
)

export const scheduleFilterSchema: z.ZodType<ScheduleFilter> = z.strictObject(
  { state: state.exactOptional() },
  { error: 'an object of what to look for' },
)

export const scheduleSchema: z.ZodType<Schedule> = z.object({
  id: z.string(),
  name: z.string(),
  cron: z.string(),
  timeZone: z.string(),
  state,
  submission: scheduledSubmissionSchema,
  overlap,
  missed,
  nextAt: z.array(time),
  lastAt: time.nullable(),
  lastRunId: z.string().nullable(),
  createdBy: z.string().nullable(),
  createdAt: time,
  updatedAt: time,
})

export const firingSchema: z.ZodType<Firing> = z.object({
  scheduleId: z.string(),
  at: time,
  firedAt: time,
  what: z.enum(['run', 'skipped', 'missed']),
  runId: z.string().nullable(),
  reason: z.string().nullable(),
})
