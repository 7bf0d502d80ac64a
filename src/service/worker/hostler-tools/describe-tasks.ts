import { hasTaskEnded } from '../../agent-calls/read-tasks.ts'
import type { TaskInfo } from '../../contract/agent-calls.ts'

/** Tasks as their parent's agent reads of them, with the replies of those that have ended. */
export function describeTasks(tasks: readonly TaskInfo[]): string {
  if (tasks.length === 0) return 'There are no tasks.'
  return tasks.map(describeTask).join('\n\n')
}

function describeTask(task: TaskInfo): string {
  const { id, title, state, outcome, text, error, progress } = task
  const name = `${id} ${JSON.stringify(title)}`
  if (!hasTaskEnded(task)) return `${name}: ${state}${progress === null ? '' : ` (${progress})`}`
  const how = state === 'succeeded' ? state : `${state}: ${outcome ?? 'unknown'}`
  const why = error === null ? '' : `\n${error}`
  const reply = text === null || text === '' ? 'It gave no reply.' : `Its reply:\n${text}`
  return `${name}: ${how}${why}\n${reply}`
}
