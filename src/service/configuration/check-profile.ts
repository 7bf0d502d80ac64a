import { checkAgentOptions, HostlerError } from '../../agent/index.ts'
import { outcomes } from '../../events/outcome.ts'
import type { Profile } from '../contract/profile.ts'
import { outcomeTable } from '../outcomes/outcome-table.ts'
import { ConfigProblem } from './config-problem.ts'
import { toAgentOptions, toolServerName } from './to-agent-options.ts'

/**
 * Refuses a profile whose agents could not be started, as startAgent would, and one whose keys
 * contradict each other. Folders are not looked for: they may be on another machine.
 * @throws ConfigProblem
 */
export function checkProfile(
  profile: Profile,
  context: { isRoot: boolean; env: Readonly<Record<string, string | undefined>> },
): void {
  const path = ['profiles', profile.name]
  try {
    checkAgentOptions(toAgentOptions(profile, {}), context)
  } catch (error) {
    if (!(error instanceof HostlerError)) throw error
    if (error.code === 'bypass_as_root') {
      throw new ConfigProblem([...path, 'permissionMode'], error.message, error.cure)
    }
    const { field = '', problem = error.message } = error.params
    throw new ConfigProblem([...path, ...String(field).split('.')], String(problem), error.cure)
  }
  for (const outcome of outcomes) {
    if (profile.outcomes?.[outcome] === undefined || outcomeTable[outcome].isFixed !== true)
      continue
    const problem = 'nothing else can follow from this outcome'
    throw new ConfigProblem([...path, 'outcomes', outcome], problem, 'leave it out')
  }
  const { hostlerTools = [], mcpServers = {} } = profile
  if (hostlerTools.length > 0 && Object.hasOwn(mcpServers, toolServerName)) {
    const problem = 'is the name of the server with the tools of hostlerTools'
    const cure = 'give it another name, or leave hostlerTools out'
    throw new ConfigProblem([...path, 'mcpServers', toolServerName], problem, cure)
  }
  const { spare = 0, workspace } = profile
  if (spare > 0 && (workspace === undefined || !('path' in workspace))) {
    const problem = `${spare} agents cannot be started ahead: the workspace is not known before the session`
    throw new ConfigProblem(
      [...path, 'spare'],
      problem,
      'give workspace: { path }, or leave it out',
    )
  }
}
