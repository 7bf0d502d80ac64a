import type { SessionEvent } from '../../events/session-event.ts'
import type { Account } from './account.ts'
import type { CostQuery, CostReport } from './costs.ts'
import type {
  AgentInfo,
  AuditEntry,
  CallerInfo,
  Change,
  Delivery,
  NewToken,
  Status,
  Token,
  WorkerInfo,
} from './operations.ts'
import type { RequestAnswer, RequestFilter, StoredRequest } from './request.ts'
import type { Attempt, Run, RunFilter, Submission } from './run.ts'
import type { Firing, NewSchedule, Schedule, ScheduleChange, ScheduleFilter } from './schedule.ts'
import type { NewFork, NewSession, Session, SessionChange, SessionFilter } from './session.ts'

/** Where a list goes on: pass `next` as `cursor`. Newest first. */
export type Page<T> = { items: T[]; next: string | null }
export type PageOptions = { cursor?: string; limit?: number; signal?: AbortSignal }
export type CallOptions = { signal?: AbortSignal }

/** Who calls: what is written into the audit and into `submittedBy`. */
export type Caller = { actor: string }

/**
 * Everything that can be done with hostler, in this process or over HTTP: the same behaviour, the same
 * errors. All methods throw HostlerError with a stable code; `not_found` for ids that are not there.
 */
export interface Hostler extends AsyncDisposable {
  readonly sessions: {
    create(session: NewSession, options?: CallOptions): Promise<Session>
    /** By id, or by `key:<key>`. */
    get(id: string, options?: CallOptions): Promise<Session>
    list(filter?: SessionFilter, page?: PageOptions): Promise<Page<Session>>
    configure(id: string, change: SessionChange, options?: CallOptions): Promise<Session>
    /** A new session that knows the conversation so far; both go on by themselves. */
    fork(id: string, fork?: NewFork, options?: CallOptions): Promise<Session>
    /** Cancels what is open, ends its agent; it can be read, but not submitted to. */
    archive(id: string, options?: CallOptions): Promise<Session>
    /** With everything of it. Must be archived before. */
    delete(id: string, options?: CallOptions): Promise<void>
    /**
     * What was stored after `after` (default 0: from the beginning), then live, without gap or repeat.
     * Ends when `signal` aborts, or with `until: 'now'` after what there is. A reader that falls behind
     * is not waited for: it is read anew from the store, and misses transient events only. Without
     * `transient` (default true) there are none of those.
     */
    events(
      id: string,
      options?: { after?: number; transient?: boolean; until?: 'now'; signal?: AbortSignal },
    ): AsyncIterable<SessionEvent>
  }
  readonly runs: {
    submit(submission: Submission, options?: CallOptions): Promise<Run>
    get(id: string, options?: CallOptions): Promise<Run>
    list(filter?: RunFilter, page?: PageOptions): Promise<Page<Run>>
    /** Resolves when the run has ended, or `timeoutMs` is over: look at its state. */
    wait(id: string, options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<Run>
    /**
     * A queued or parked run ends at once; a running one as soon as its turn is stopped. Its open children
     * are cancelled with it.
     */
    cancel(id: string, options?: CallOptions): Promise<Run>
    /**
     * A new run with the prompt of one that has ended. It depends on nothing, and nothing depends on it:
     * what ended with the old one has to be retried, too.
     */
    retry(id: string, options?: CallOptions): Promise<Run>
    /** Ends the turn under way; the run is `cancelled`, its agent stays for the next one. */
    interrupt(id: string, options?: CallOptions): Promise<Run>
    /** Lets a result that waits for a review stand: the run succeeds. Others are `run_not_in_review`. */
    accept(id: string, options?: CallOptions): Promise<Run>
    /** Sends it back: the run goes on in the same conversation with the comment. */
    reject(id: string, options: { comment: string } & CallOptions): Promise<Run>
    attempts(id: string, options?: CallOptions): Promise<Attempt[]>
    /** Raw bytes of the agent's output in an attempt (default: the last), `from` to `to` exclusive. */
    log(
      id: string,
      options?: { attempt?: number; from?: number; to?: number; signal?: AbortSignal },
    ): Promise<{ bytes: AsyncIterable<Uint8Array>; from: number; to: number; total: number }>
  }
  readonly requests: {
    list(filter?: RequestFilter, page?: PageOptions): Promise<Page<StoredRequest>>
    get(id: string, options?: CallOptions): Promise<StoredRequest>
    /** Once: a second answer is `request_not_open`. */
    answer(id: string, answer: RequestAnswer, options?: CallOptions): Promise<StoredRequest>
  }
  readonly schedules: {
    create(schedule: NewSchedule, options?: CallOptions): Promise<Schedule>
    /** By id, or by `name:<name>`. */
    get(id: string, options?: CallOptions): Promise<Schedule>
    list(filter?: ScheduleFilter, page?: PageOptions): Promise<Page<Schedule>>
    /** `paused` pauses and resumes; times that pass meanwhile are not missed. */
    update(id: string, change: ScheduleChange, options?: CallOptions): Promise<Schedule>
    /** Its runs stay. */
    delete(id: string, options?: CallOptions): Promise<void>
    /** Now, whether it is paused, and whatever is open of it. */
    run(id: string, options?: CallOptions): Promise<Run>
    /** What became of its times, the last 1,000. */
    firings(id: string, page?: PageOptions): Promise<Page<Firing>>
  }
  readonly accounts: {
    list(options?: CallOptions): Promise<Account[]>
    /** After its login was mended, or its limit raised: what waited for it goes on. Needs `admin`. */
    resume(id: string, options?: CallOptions): Promise<Account>
  }
  readonly agents: {
    list(options?: CallOptions): Promise<AgentInfo[]>
    /** Ends a warm or spare one; a busy one is `agent_busy`. */
    stop(id: string, options?: CallOptions): Promise<void>
  }
  readonly workers: { list(options?: CallOptions): Promise<WorkerInfo[]> }
  readonly tokens: {
    create(token: NewToken, options?: CallOptions): Promise<Token & { token: string }>
    list(options?: CallOptions): Promise<Token[]>
    revoke(id: string, options?: CallOptions): Promise<Token>
  }
  readonly deliveries: {
    list(filter?: { state?: Delivery['state'] }, page?: PageOptions): Promise<Page<Delivery>>
    resend(id: string, options?: CallOptions): Promise<Delivery>
  }
  audit(page?: PageOptions): Promise<Page<AuditEntry>>
  /** The feed of everything, from now, or from after a cursor. */
  changes(options?: { after?: string; until?: 'now'; signal?: AbortSignal }): AsyncIterable<Change>
  /** What attempts have cost, summed up, and how far limits on money are used. */
  costs(query?: CostQuery, options?: CallOptions): Promise<CostReport>
  status(options?: CallOptions): Promise<Status>
  /** Who calls: over HTTP what the token says, in this process whoever it acts for, without limits. */
  whoami(options?: CallOptions): Promise<CallerInfo>
  /** The same for another caller: what a front door makes for each of its users. */
  as(caller: Caller): Hostler
}
