import type { CallOptions } from './hostler.ts'
import type { StoredRequest } from './request.ts'

/** What hostler offers to agents, as MCP tools of the server `hostler` and over HTTP. */
export const hostlerTools = [
  'ask_human',
  'create_task',
  'wait_for_tasks',
  'task_status',
  'report_progress',
  'set_title',
] as const

export type HostlerTool = (typeof hostlerTools)[number]

/** A question of an agent. Without `options` it is answered with a text. */
export type AgentQuestion = {
  text: string
  options?: string[]
  /** Whether several options may be chosen. */
  multiSelect?: boolean
}

/** A child run that an agent wants. */
export type NewTask = {
  title: string
  prompt: string
  /** One of the profile's `childProfiles`. Default: the agent's own. */
  profile?: string
  /** Tasks that must have ended before. */
  after?: string[]
}

/** A child run as its parent's agent sees it. */
export type TaskInfo = {
  /** The run's id. */
  id: string
  title: string
  state: 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled'
  outcome: string | null
  /** Its reply, when it has ended. */
  text: string | null
  error: string | null
  progress: string | null
  costUsd: number
}

/** What an agent has asked, and what came of it. */
export type AskedQuestion = {
  /** The request's id. */
  id: string
  state: StoredRequest['state']
  /** What the agent is told; null while nobody has answered. */
  answer: string | null
}

/** How far an agent is. */
export type NewProgress = {
  text: string
  /** From 0 to 100. */
  percent?: number
}

/** The run that an agent works for, as it may know it. */
export type AgentSelf = {
  runId: string
  sessionId: string
  title: string | null
  profile: string
  state: TaskInfo['state']
  /** 0 for a run that no agent has made. */
  depth: number
  tasks: TaskInfo[]
}

/**
 * `callKey`: the same again under the same key is the same question, or the same task: a call that is
 * delivered twice does its work once.
 */
export type AgentCallOptions = CallOptions & { callKey?: string }

/** `waitMs`: answers when it has come to its end, or after so long as it is then. */
export type AgentWaitOptions = CallOptions & { waitMs?: number }

/**
 * All that an agent may do in hostler, for the one run that it works for, and while that is open. It has
 * no human's rights: it answers nothing, accepts nothing, and sees its own tasks only.
 * All methods throw `run_ended` when the run is over.
 */
export interface AgentCalls {
  self(options?: CallOptions): Promise<AgentSelf>
  ask(
    question: AgentQuestion,
    options?: AgentCallOptions & AgentWaitOptions,
  ): Promise<AskedQuestion>
  readQuestion(id: string, options?: AgentWaitOptions): Promise<AskedQuestion>
  createTask(task: NewTask, options?: AgentCallOptions): Promise<TaskInfo>
  /** Those with these ids, or all, the first one first. With `waitMs` when they have all ended. */
  tasks(options?: AgentWaitOptions & { ids?: string[] }): Promise<TaskInfo[]>
  reportProgress(progress: NewProgress, options?: CallOptions): Promise<void>
  setTitle(title: string, options?: CallOptions): Promise<void>
}
