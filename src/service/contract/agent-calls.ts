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
