import type { Submission } from './run.ts'

/** What is submitted each time; `key` may have `{at}`, the time that it was due, for a session each. */
export type ScheduledSubmission = Omit<
  Submission,
  'attachments' | 'idempotencyKey' | 'delayMs' | 'parentRunId' | 'dependsOn' | 'onDependencyFailure'
>

/** A cron line that enqueues a run. Times are epoch milliseconds. */
export type Schedule = {
  id: string
  name: string
  /** Five fields, or six with seconds first, as croner reads them. */
  cron: string
  /** IANA name. */
  timeZone: string
  state: 'active' | 'paused'
  submission: ScheduledSubmission
  /** When the run of an earlier time is still open: leave this one out, queue it, or cancel the old one. */
  overlap: 'skip' | 'queue' | 'replace'
  /** Times that passed while nothing ran: leave them out, make up for the last of them, or for all. */
  missed: 'skip' | 'last' | 'all'
  /** The next ones, the soonest first; none while it is paused. */
  nextAt: number[]
  lastAt: number | null
  lastRunId: string | null
  createdBy: string | null
  createdAt: number
  updatedAt: number
}

export type NewSchedule = {
  /** Unique. */
  name: string
  cron: string
  /** Default: UTC. */
  timeZone?: string
  submission: ScheduledSubmission
  /** Default: skip. */
  overlap?: Schedule['overlap']
  /** Default: last. */
  missed?: Schedule['missed']
  paused?: boolean
}

/** Only what is given changes; `submission` as a whole. */
export type ScheduleChange = Partial<NewSchedule>

export type ScheduleFilter = { state?: Schedule['state'] }

/** What became of one time of a schedule. */
export type Firing = {
  scheduleId: string
  /** The time that it was due. */
  at: number
  firedAt: number
  /** `missed`: nothing ran at that time, nor at those after it that `reason` names. */
  what: 'run' | 'skipped' | 'missed'
  runId: string | null
  reason: string | null
}
