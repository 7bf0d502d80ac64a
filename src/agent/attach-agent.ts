import { Agent } from './agent.ts'
import type { AgentCore } from './core/agent-core.ts'
import { closeAgent } from './core/end-agent.ts'
import { beginCore, createCore } from './core/create-core.ts'
import { agentPaths, readAgentRecord, type AgentRecord } from './launch/agent-folder.ts'
import { registerHooks } from './launch/initialize-request.ts'
import { readJournal, type JournalEntry } from './talk/journal.ts'
import { isObject, stringAt } from './messages/loose.ts'
import { parseAttachOptions, type AttachOptions } from './options/attach-options.ts'
import type { ProcessIdentity } from './process/process-identity.ts'
import { inProcessServers, limitsOf, waitingToolsOf } from './start-agent.ts'
import { claimSupervision, readSupervisor } from './launch/supervisor-claim.ts'

/**
 * Takes over an agent that a former supervisor has started, by its folder: reads on in its log, takes up
 * its turn, its open requests and whatever was not written as a whole. One that has ended meanwhile can
 * be attached too: `lastTurn` tells what came of it.
 * @throws invalid_option, agent_folder_broken, agent_supervised
 */
export async function attachAgent(dir: string, input: AttachOptions = {}): Promise<Agent> {
  const options = parseAttachOptions(input)
  const { readOnly: isReadOnly = false } = options
  const paths = agentPaths(dir)
  const record = await readAgentRecord(paths)
  const release = isReadOnly ? async () => undefined : await claimSupervision(paths, record.id)
  let core: AgentCore | null = null
  try {
    const journal = readJournal(paths)
    const leader: ProcessIdentity = {
      pid: record.pid ?? 0,
      startTime: record.startTime ?? 'never started',
    }
    const supervisor = isReadOnly ? await readSupervisor(paths) : null
    core = createCore({
      paths,
      record,
      leader,
      launcherExit: () => null,
      isReadOnly,
      supervisorPid: supervisor?.pid ?? 0,
      journal,
      takesUpTurn: mayTakeUpTurn(journal, record),
      limits: limitsOf(options),
      answerer: options,
      hooks: registerHooks(options.hooks ?? {}).hookCallbacks,
      mcpServers: inProcessServers(options),
      waitingTools: waitingToolsOf(options),
      initialize: isReadOnly ? null : unansweredInitialize(journal),
      warnings: [],
      release,
    })
    await beginCore(core)
    return new Agent(core)
  } catch (error) {
    if (core === null) await release()
    else await closeAgent(core, 'it could not be attached')
    throw error
  }
}

/**
 * Whether what it has said by itself may be of the prompt that is to come: its former supervisor died
 * before it gave that, and what the CLI asked meanwhile would be heard by nobody.
 */
function mayTakeUpTurn(journal: JournalEntry[], { argv }: AgentRecord): boolean {
  return hasNoPrompt(journal) && argv.some((arg) => arg.startsWith('--resume'))
}

function hasNoPrompt(journal: JournalEntry[]): boolean {
  return journal.every(({ line }) => line?.['type'] !== 'user')
}

/** Before its first prompt an agent may not have heard `initialize`; hearing it twice changes nothing. */
function unansweredInitialize(
  journal: JournalEntry[],
): ({ subtype: string } & Record<string, unknown>) | null {
  if (!hasNoPrompt(journal)) return null
  for (const { line } of journal) {
    const request = line?.['request']
    if (isObject(request) && request['subtype'] === 'initialize') {
      return { ...request, subtype: stringAt(request, 'subtype') }
    }
  }
  return null
}
