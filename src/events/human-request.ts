import type { Outcome } from './outcome.ts'
import type { TurnError } from './turn-result.ts'

/** One question of an AskUserQuestion call. Answers are keyed by `question`. */
export type Question = {
  question: string
  header: string
  options: { label: string; description: string }[]
  multiSelect: boolean
}

type RequestBase = {
  /** The CLI's id of the control request; unique within the agent. */
  id: string
  /** Epoch milliseconds at which hostler read it. */
  openedAt: number
}

/** A tool that wants to run and is not allowed by a rule or the mode. */
export type PermissionRequest = RequestBase & {
  kind: 'permission'
  toolName: string
  toolUseId: string
  input: Record<string, unknown>
  /** What the tool would do, in the CLI's words. */
  description: string
  /** The path outside the allowed folders that caused the question. */
  blockedPath: string | null
  /** Permission updates that the CLI offers; pass one back in `updatedPermissions` to make it a rule. */
  suggestions: Record<string, unknown>[]
}

/** AskUserQuestion: the agent wants to know something. */
export type QuestionRequest = RequestBase & {
  kind: 'question'
  toolUseId: string
  questions: Question[]
  input: Record<string, unknown>
}

/** ExitPlanMode: the agent shows its plan and wants to go ahead. */
export type PlanRequest = RequestBase & {
  kind: 'plan'
  toolUseId: string
  plan: string
  planFilePath: string | null
  input: Record<string, unknown>
}

/** An MCP server wants something from the human (MCP specification 2025-11-25, elicitation). */
export type ElicitationRequest = RequestBase & {
  kind: 'elicitation'
  serverName: string
  message: string
  /** JSON Schema of the wanted object, for mode `form`. */
  requestedSchema: Record<string, unknown> | null
  url: string | null
  input: Record<string, unknown>
}

/** hostler itself: a result to be looked at, or a failure of which a human decides what follows. */
export type ReviewRequest = RequestBase & {
  kind: 'review'
  /** `ok`: the result is accepted or sent back; another: it is left at that, or tried again. */
  outcome: Outcome
  text: string
  error: TurnError | null
}

/** What an agent asks of a human. */
export type AgentRequest = PermissionRequest | QuestionRequest | PlanRequest | ElicitationRequest

/** Something that a human must answer. */
export type HumanRequest = AgentRequest | ReviewRequest

/** Why a request is no longer open. */
export type RequestEnd = 'answered' | 'expired' | 'withdrawn'
