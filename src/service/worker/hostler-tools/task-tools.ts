import type { McpServer } from '@modelcontextprotocol/server'
import { newTaskSchema, taskIdsSchema } from '../../api-schema/agent-call-schema.ts'
import { hasTaskEnded } from '../../agent-calls/read-tasks.ts'
import type { Parking } from '../worker-parts.ts'
import { describeTasks } from './describe-tasks.ts'
import { answerCall, keyed, shownAtOnce, type ToolCall, type ToolHost } from './tool-call.ts'

/** What ends so soon is not worth giving up the agent for. */
const beforeParkingMs = 2_000

/** Makes a child run. */
export function addCreateTask(
  server: McpServer,
  host: ToolHost,
  { childProfiles }: { childProfiles: readonly string[] },
): void {
  const others = childProfiles.length === 0 ? 'none' : childProfiles.join(', ')
  const description = `Give a part of the work to another agent, which works in a session of its own and knows only the prompt that you write. It starts by itself; wait_for_tasks gives its reply. Other profiles that it may have: ${others}.`
  server.registerTool(
    'create_task',
    { description, inputSchema: newTaskSchema, _meta: shownAtOnce },
    async (task, context) =>
      await answerCall(host, context, async (call) => {
        const made = await call.calls.createTask(task, keyed(call))
        return `Task ${made.id} ${JSON.stringify(made.title)} is ${made.state}.`
      }),
  )
}

/** Shows child runs as they are. */
export function addTaskStatus(server: McpServer, host: ToolHost): void {
  const description = 'How the tasks stand that you have made, without waiting for them.'
  server.registerTool(
    'task_status',
    { description, inputSchema: taskIdsSchema, _meta: shownAtOnce },
    async (wanted, context) =>
      await answerCall(host, context, async ({ calls, signal }) =>
        describeTasks(await calls.tasks({ ...wanted, signal })),
      ),
  )
}

/**
 * Waits for child runs, beyond a moment without the agent: the run is parked, its slot is theirs, and
 * what they came to is told in the prompt with which the conversation goes on.
 */
export function addWaitForTasks(server: McpServer, host: ToolHost): void {
  const description =
    'Wait until the tasks have ended, and get their replies. With ids it returns at once when these have ended, and else waits for all.'
  server.registerTool(
    'wait_for_tasks',
    { description, inputSchema: taskIdsSchema, _meta: shownAtOnce },
    async (wanted, context) =>
      await answerCall(host, context, async (call) => {
        const { calls, signal } = call
        for (;;) {
          const tasks = await calls.tasks({ ...wanted, waitMs: beforeParkingMs, signal })
          const open = tasks.filter((task) => !hasTaskEnded(task))
          if (open.length === 0) return describeTasks(tasks)
          // It is not served by this process yet, or no more: then the call ends with its agent.
          park(call, open.length)
        }
      }),
  )
}

function park({ serve }: ToolCall, open: number): void {
  const reason = open === 1 ? 'waits for a task' : `waits for ${open} tasks`
  const parking: Parking = { on: 'children', reason }
  serve()?.parking.abort(parking)
}
