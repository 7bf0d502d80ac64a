// Hostler in a program of one's own
export { openHostler } from './open-hostler.ts'
export type { OpenedHostler, OpenOptions } from './open-hostler.ts'
export type { StopOptions } from './service/start-service.ts'
export type { CallOptions, Caller, Hostler, Page, PageOptions } from './service/contract/hostler.ts'

// Sessions and runs
export type {
  Held,
  NewFork,
  NewSession,
  OnBusy,
  Session,
  SessionChange,
  SessionFilter,
  Totals,
  Waiting,
  WorkspaceSource,
} from './service/contract/session.ts'
export type {
  Attempt,
  NewAttachment,
  OnDependencyFailure,
  Run,
  RunFilter,
  Submission,
} from './service/contract/run.ts'
export type { Profile, ProfileOptions } from './service/contract/profile.ts'
export type {
  Firing,
  NewSchedule,
  Schedule,
  ScheduleChange,
  ScheduledSubmission,
  ScheduleFilter,
} from './service/contract/schedule.ts'
export type { RequestAnswer, RequestFilter, StoredRequest } from './service/contract/request.ts'

// Looking after it
export type { Configuration, Webhook } from './service/contract/configuration.ts'
export type { Account } from './service/contract/account.ts'
export type {
  AgentInfo,
  AuditEntry,
  CallerInfo,
  Change,
  Delivery,
  NewToken,
  Scope,
  Status,
  Token,
  WorkerInfo,
} from './service/contract/operations.ts'
export type {
  BudgetState,
  CostGroup,
  CostLine,
  CostQuery,
  CostReport,
} from './service/contract/costs.ts'
export { createLog } from './log.ts'
export type { Log } from './log.ts'

// What happens
export { HostlerError } from './errors.ts'
export type { ErrorCode } from './errors.ts'
export type * from './events/index.ts'
