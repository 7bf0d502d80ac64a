// Talking to a hostler that runs elsewhere
export { connectHostler } from './connect-hostler.ts'
export type { ConnectOptions } from './connect-hostler.ts'

// The same for scripts of an agent, for the run that it works for
export { connectAgentCalls } from './connect-agent-calls.ts'
export type { AgentConnectOptions } from './connect-agent-calls.ts'
export type {
  AgentCallOptions,
  AgentCalls,
  AgentQuestion,
  AgentSelf,
  AgentWaitOptions,
  AskedQuestion,
  NewProgress,
  NewTask,
  TaskInfo,
} from '../service/contract/agent-calls.ts'

// What can be done with it
export type {
  Caller,
  CallOptions,
  Hostler,
  Page,
  PageOptions,
} from '../service/contract/hostler.ts'
export type { Account } from '../service/contract/account.ts'
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
} from '../service/contract/operations.ts'
export type {
  BudgetState,
  CostGroup,
  CostLine,
  CostQuery,
  CostReport,
} from '../service/contract/costs.ts'
export type { ProfileOptions } from '../service/contract/profile.ts'
export type { RequestAnswer, RequestFilter, StoredRequest } from '../service/contract/request.ts'
export type {
  Attempt,
  NewAttachment,
  OnDependencyFailure,
  Run,
  RunFilter,
  Submission,
} from '../service/contract/run.ts'
export type {
  Firing,
  NewSchedule,
  Schedule,
  ScheduleChange,
  ScheduledSubmission,
  ScheduleFilter,
} from '../service/contract/schedule.ts'
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
} from '../service/contract/session.ts'

// What happens
export { HostlerError } from '../errors.ts'
export type { ErrorCode } from '../errors.ts'
export type * from '../events/index.ts'
