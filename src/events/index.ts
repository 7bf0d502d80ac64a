export { outcomes } from './outcome.ts'
export type { Outcome } from './outcome.ts'
export type {
  PermissionDenial,
  ProcessExit,
  Tokens,
  TurnError,
  TurnResult,
  Usage,
} from './turn-result.ts'
export type {
  AgentRequest,
  ElicitationRequest,
  HumanRequest,
  PermissionRequest,
  PlanRequest,
  Question,
  QuestionRequest,
  RequestEnd,
  ReviewRequest,
} from './human-request.ts'
export type {
  AgentEvent,
  DeltaEvent,
  NoticeCode,
  NoticeEvent,
  RequestEvent,
  StateEvent,
  WorkEvent,
} from './agent-event.ts'
export type {
  HeldBy,
  LoggedAgentEvent,
  RunState,
  ServiceEvent,
  SessionEvent,
  StoredEvent,
  TransientEvent,
  WaitingOn,
} from './session-event.ts'
