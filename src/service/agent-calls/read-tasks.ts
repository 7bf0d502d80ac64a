import { z } from 'zod'
import type { BusMessage } from '../../store/bus.ts'
import type { Reader } from '../../store/reader.ts'
import { type TaskRow, tasksOf } from '../../store/runs/tasks-of.ts'
import { toUsd } from '../../util/money.ts'
import type { AgentWaitOptions, TaskInfo } from '../contract/agent-calls.ts'
import type { Run } from '../contract/run.ts'
import { notFound } from '../front/not-found.ts'
import { readCallingRun, type Calling } from './calling-run.ts'
import { until } from './until.ts'

/** Those of a run's tasks that are meant, or all. @throws not_found for one that is not its own */
export async function readTasks(
  calling: Calling,
  { ids, waitMs = 0, signal }: AgentWaitOptions & { ids?: string[] } = {},
): Promise<TaskInfo[]> {
  const { store } = calling.context
  await readCallingRun(store, calling)
  return await until(store, () => listTasks(store, { runId: calling.runId, ids }), {
    isDone: (tasks) => tasks.every(hasTaskEnded),
    isAbout: isAboutRuns,
    waitMs,
    signal,
  })
}

/** Whether nothing more comes of a task. */
export function hasTaskEnded({ state }: Pick<TaskInfo, 'state'>): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled'
}

/** The tasks of a run, the first one first. @throws not_found for an id of none of them */
export async function listTasks(
  reader: Reader,
  { runId, ids }: { runId: string; ids: readonly string[] | undefined },
): Promise<TaskInfo[]> {
  const all = (await tasksOf(reader, runId)).map(toTaskInfo)
  const unknown = ids?.find((id) => !all.some((task) => task.id === id))
  if (unknown !== undefined) throw notFound('run', unknown)
  return ids === undefined ? all : all.filter(({ id }) => ids.includes(id))
}

// Their sessions are many; what another process commits has no events with it.
function isAboutRuns(message: BusMessage): boolean {
  if (message.type !== 'events') return false
  return message.events?.every((event) => event.type !== 'run_ended') !== true
}

const errorSchema = z.object({ message: z.string() })
const progressSchema: z.ZodType<Pick<NonNullable<Run['progress']>, 'text' | 'percent'>> = z.object({
  text: z.string(),
  percent: z.number().nullable(),
})

/** A task as its parent's agent sees it. */
export function toTaskInfo(row: TaskRow): TaskInfo {
  const { id, title, state, outcome, text } = row
  const error = row.error === null ? null : errorSchema.parse(JSON.parse(row.error)).message
  const hasEnded = row.ended_at !== null
  const costUsd = toUsd(row.cost_micros + row.children_cost_micros)
  return {
    id,
    title: title ?? '',
    state,
    outcome,
    text: hasEnded ? text : null,
    error,
    progress: toProgress(row.progress),
    costUsd,
  }
}

function toProgress(json: string | null): string | null {
  if (json === null) return null
  const { text, percent } = progressSchema.parse(JSON.parse(json))
  return percent === null ? text : `${percent}%: ${text}`
}
