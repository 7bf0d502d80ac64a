import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { AgentOptions } from '../../src/agent/index.ts'
import type { NoticeEvent, TurnResult } from '../../src/events/index.ts'
import type { TestWorld } from './agents.ts'

const program = fileURLToPath(new URL('run-supervise-job.ts', import.meta.url))

/** What a supervisor in a process of its own is to do. */
export type SuperviseJob = {
  options: AgentOptions
  env: Record<string, string>
  prompts: string[]
  /** How many listen from the start, besides the one that reads nothing until the end. */
  listeners: number
}

/** What a listener got of a flood: how many numbered deltas, and whether each followed the one before. */
export type Heard = {
  deltas: number
  isInOrder: boolean
  notices: Extract<NoticeEvent, { type: 'notice' }>[]
}

/** What came of it. Memory is that of the supervisor, compared to a short turn before. */
export type SuperviseReport = {
  turns: (Omit<TurnResult, 'text'> & { textBytes: number })[]
  /** Still held after the turns, while the one that reads nothing has read nothing. */
  retainedBytes: number
  /** By how much the largest resident set grew. */
  peakBytes: number
  heard: Heard[]
  lazy: Heard
}

/** Runs the prompts in an agent of the world that another process supervises. */
export async function superviseApart(
  world: TestWorld,
  job: { prompts: string[]; listeners: number },
): Promise<SuperviseReport> {
  const given: SuperviseJob = { ...job, options: world.options, env: world.env }
  const args = ['--expose-gc', '--no-warnings', program, JSON.stringify(given)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 24 })
  return JSON.parse(stdout)
}
