import { McpServer } from '@modelcontextprotocol/server'
import type { McpServerConfig } from '../../../agent/index.ts'
import { readVersion } from '../../../version.ts'
import { toolServerName } from '../../configuration/to-agent-options.ts'
import type { HostlerTool } from '../../contract/agent-calls.ts'
import type { Profile } from '../../contract/profile.ts'
import { addAskHuman, addReportProgress, addSetTitle } from './human-tools.ts'
import { addCreateTask, addTaskStatus, addWaitForTasks } from './task-tools.ts'
import type { ToolHost } from './tool-call.ts'

// No limit of time counts against what others do.
const waitingTools: HostlerTool[] = ['ask_human', 'wait_for_tasks']

/** The MCP servers in this process that an agent of this profile has: one with hostler's tools, or none. */
export function toolServersOf(
  host: ToolHost,
  profile: Pick<Profile, 'hostlerTools' | 'childProfiles'>,
): Record<string, Extract<McpServerConfig, { type: 'sdk' }>> {
  const { hostlerTools = [], childProfiles = [] } = profile
  if (hostlerTools.length === 0) return {}
  const server = new McpServer({ name: toolServerName, version: readVersion() })
  for (const name of new Set(hostlerTools)) addTool(server, name, { host, childProfiles })
  return { [toolServerName]: { type: 'sdk', instance: server, waitingTools } }
}

function addTool(
  server: McpServer,
  name: HostlerTool,
  { host, childProfiles }: { host: ToolHost; childProfiles: readonly string[] },
): void {
  switch (name) {
    case 'ask_human':
      return addAskHuman(server, host)
    case 'create_task':
      return addCreateTask(server, host, { childProfiles })
    case 'wait_for_tasks':
      return addWaitForTasks(server, host)
    case 'task_status':
      return addTaskStatus(server, host)
    case 'report_progress':
      return addReportProgress(server, host)
    case 'set_title':
      return addSetTitle(server, host)
    default:
      name satisfies never
  }
}
