import type { HeldBy, RunState, WaitingOn } from '../../events/session-event.ts'
import type { ProfileOptions } from './profile.ts'

/** Where an agent works: a folder that is there, or a clone made for the session. */
export type WorkspaceSource =
  | { path: string }
  | {
      git: string
      /** What to branch off from. Default: the remote's HEAD. */
      ref?: string
      /** The session's own branch. Default: `hostler/<session id>`. */
      branch?: string
    }

/** What a session has taken so far, all attempts of all its runs. */
export type Totals = {
  runs: number
  costUsd: number
  inputTokens: number
  outputTokens: number
  /** Time in turns. */
  durationMs: number
}

/** One durable conversation. Times are epoch milliseconds. */
export type Session = {
  id: string
  /** The caller's own name for it, unique. */
  key: string | null
  title: string | null
  profile: string
  workspace: WorkspaceSource
  /** The folder, once it is there. */
  cwd: string | null
  options: ProfileOptions
  labels: Record<string, string>
  onBusy: OnBusy
  state: 'active' | 'archived'
  claudeSessionId: string | null
  parentId: string | null
  forkedAfter: string | null
  /** The run that is running or waiting, if one is. */
  currentRun: { id: string; state: RunState; waiting: Waiting | null } | null
  queuedRuns: number
  /** What keeps its runs from starting, such as a usage limit. */
  held: Held | null
  /** Permission is given without a human until then. */
  bypassUntil: number | null
  /** Rules that a human has granted for the rest of it. */
  grantedRules: string[]
  totals: Totals
  /** The newest stored event's. */
  lastSeq: number
  /** Events before this one were removed by retention. */
  firstSeq: number
  /** The worker that has its lease. */
  workerId: string | null
  createdAt: number
  updatedAt: number
}

/** What a new prompt does to a turn under way: wait for it, end it, or become part of it. */
export type OnBusy = 'queue' | 'interrupt' | 'steer'

/** What a queued run, or all of a session, is held up by, and until when if that is known. */
export type Held = { by: HeldBy; until: number | null; reason: string }

export type Waiting = { on: WaitingOn; until: number | null; reason: string }

export type NewSession = {
  key?: string
  title?: string
  /** Default: the profile `default`. */
  profile?: string
  /** Default: the profile's. */
  workspace?: WorkspaceSource
  options?: ProfileOptions
  labels?: Record<string, string>
  onBusy?: OnBusy
}

/** `null` takes a value away. Concerns runs that start later. */
export type SessionChange = {
  key?: string | null
  title?: string | null
  profile?: string
  options?: ProfileOptions
  labels?: Record<string, string>
  onBusy?: OnBusy
  /** Gives permission without a human for so long, where the profile allows it; null ends that. Needs `admin`. */
  bypassForMs?: number | null
  /** `false` lets a session go on that is in quarantine. */
  quarantined?: false
  /** Takes back all rules that were granted for the session. */
  grantedRules?: []
}

export type SessionFilter = {
  /** Words of its key, title, labels or prompts. */
  search?: string
  state?: 'active' | 'archived'
  profile?: string
  parentId?: string
  labels?: Record<string, string>
  /** Only those with a run under way or in the queue. */
  busy?: boolean
}

export type NewFork = {
  key?: string
  title?: string
  labels?: Record<string, string>
  /** Branch off after this run of the session. Default: its end. */
  afterRun?: string
}
