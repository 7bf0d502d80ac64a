import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hostlerError } from '../errors.ts'
import { uuidV7 } from '../util/uuid-v7.ts'
import { Agent } from './agent.ts'
import type { AgentCore } from './core/agent-core.ts'
import { stopAgentCore } from './core/end-agent.ts'
import { beginCore, createCore } from './core/create-core.ts'
import {
  agentsDir,
  agentPaths,
  makeAgentFolder,
  writeAgentRecord,
  type AgentPaths,
  type AgentRecord,
} from './launch/agent-folder.ts'
import type { AgentLimits } from './core/agent-parts.ts'
import {
  checkClaudeVersion,
  readClaudeVersion,
  type VersionCache,
} from './claude/claude-version.ts'
import { appendSystemPromptTakesEffectOnResume, commandLine } from './launch/command-line.ts'
import { endProcesses } from './process/end-processes.ts'
import { claudeDirIn } from '../util/claude-dir.ts'
import { agentEnvironment } from './launch/environment.ts'
import { findClaude } from './claude/find-claude.ts'
import { initializeRequest } from './launch/initialize-request.ts'
import { launch, makePipes, type Launched } from './launch/launch.ts'
import { writeOptionFiles } from './launch/option-files.ts'
import type { AgentOptions, ConnectableMcpServer } from './options/options.ts'
import { parseAgentOptions } from './options/parse-options.ts'
import { noteFirstRequest } from './talk/journal.ts'
import { makeRunEnvironment, runEnvironmentNames } from './launch/run-environment.ts'
import { claimSupervision } from './launch/supervisor-claim.ts'

/** What startAgent takes from its surroundings. */
export type StartContext = {
  signal?: AbortSignal
  /** Where the environment is read from. Default: this process's. */
  env?: Readonly<Record<string, string | undefined>>
  /** Keep one for all starts, so that each CLI is asked for its version once. */
  versions?: VersionCache
  /** A UUIDv7 of the caller's, who has noted it before the agent is there. Default: a new one. */
  id?: string
}

const defaultLimits: AgentLimits = {
  startTimeoutMs: 60_000,
  stallTimeoutMs: 900_000,
  firstEventTimeoutMs: 120_000,
  maxLineBytes: 16 * 1024 * 1024,
  maxLogBytes: 1024 * 1024 * 1024,
}

/**
 * Starts the CLI and hands it `initialize`, so that it is warm when the first prompt comes. Resolves as
 * soon as it has been launched and noted; `ready` tells when it has answered. When anything is wrong
 * nothing is left: no process, no folder.
 * @throws invalid_option, bypass_as_root, claude_not_found, claude_unusable, claude_too_old, spawn_failed
 */
export async function startAgent(input: AgentOptions, context: StartContext = {}): Promise<Agent> {
  const { signal, env = process.env, versions, id = uuidV7() } = context
  const options = parseAgentOptions(input, { isRoot: process.getuid?.() === 0, env })
  signal?.throwIfAborted()
  const claude = await findClaude({ claudeBin: options.claudeBin, env })
  const version = await readClaudeVersion(claude.path, { signal, cache: versions, env })
  const { warning } = checkClaudeVersion(version, { path: claude.path })

  const paths = agentPaths(join(agentsDir(options.dir), id))
  await makeAgentFolder(paths, options.dir)
  let launched: Launched | null = null
  let core: AgentCore | null = null
  try {
    const release = await claimSupervision(paths, id)
    const childEnv = agentEnvironment(options, {
      ...(options.runEnvFile === true ? { runEnvironment: runEnvironmentNames(paths) } : {}),
      env,
      agentId: id,
      questionFile: paths.question,
    })
    const record = await prepare(paths, {
      id,
      options,
      claudeBin: claude.path,
      claudeDir: claudeDirIn(childEnv),
      version,
    })
    const { request, hookCallbacks } = initializeRequest(options)
    await noteFirstRequest(paths, request)
    signal?.throwIfAborted()
    const { argv, cwd } = record
    launched = await launch(paths, {
      file: claude.path,
      argv,
      cwd,
      env: childEnv,
    })
    const { leader, launcherExit } = launched
    const launchedRecord = { ...record, pid: leader.pid, startTime: leader.startTime }
    await writeAgentRecord(paths, launchedRecord)
    core = createCore({
      paths,
      record: launchedRecord,
      leader,
      launcherExit,
      isReadOnly: false,
      supervisorPid: process.pid,
      journal: [],
      takesUpTurn: options.resumeInterruptedTurn === true,
      limits: limitsOf(options),
      answerer: options,
      hooks: hookCallbacks,
      mcpServers: inProcessServers(options),
      waitingTools: waitingToolsOf(options),
      initialize: request,
      warnings: [...(warning === null ? [] : [warning]), ...ineffective(options, version)],
      release,
    })
    await beginCore(core)
    return new Agent(core)
  } catch (error) {
    if (core !== null) await stopAgentCore(core)
    await endProcesses(id, launched?.leader ?? null, { isStarting: true })
    await rm(paths.dir, { recursive: true, force: true })
    throw toStartError(error)
  }
}

/** A full disk, a folder that may not be written: said as what it means here. */
function toStartError(error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error
  const problem = error.message
  const cure = 'look at the data folder: its space, its owner and its file system'
  return hostlerError('spawn_failed', { problem, cure }, { cause: error })
}

/** Everything on disk that the launch needs. */
async function prepare(
  paths: AgentPaths,
  {
    id,
    options,
    claudeBin,
    claudeDir,
    version,
  }: {
    id: string
    options: AgentOptions
    claudeBin: string
    claudeDir: string | null
    version: string
  },
): Promise<AgentRecord> {
  await makePipes(paths)
  for (const log of [paths.output, paths.stderr]) await writeFile(log, '', { mode: 0o600 })
  if (options.runEnvFile === true) await makeRunEnvironment(paths)
  const files = await writeOptionFiles(paths.dir, options)
  const record: AgentRecord = {
    id,
    pid: null,
    startTime: null,
    startedAt: Date.now(),
    claudeBin,
    claudeVersion: version,
    argv: commandLine(options, files, version),
    cwd: options.cwd,
    claudeDir,
    model: options.model ?? null,
    sessionId: options.sessionId ?? resumedSession(options),
    wantsStructuredOutput: options.outputFormat !== undefined,
    maxBudgetUsd: options.maxBudgetUsd ?? null,
    usageAtLaunch: null,
  }
  await writeAgentRecord(paths, record)
  return record
}

/** Where the conversation is named by its transcript's path, or forked, the CLI tells the id later. */
function resumedSession({ resume, forkSession }: AgentOptions): string | null {
  const isKnown = resume !== undefined && forkSession !== true && !resume.endsWith('.jsonl')
  return isKnown ? resume : null
}

/** The limits that are given, and the defaults for the others. */
export function limitsOf(given: {
  [Limit in keyof AgentLimits]?: AgentLimits[Limit] | undefined
}): AgentLimits {
  return {
    timeoutMs: given.timeoutMs,
    startTimeoutMs: given.startTimeoutMs ?? defaultLimits.startTimeoutMs,
    stallTimeoutMs: given.stallTimeoutMs ?? defaultLimits.stallTimeoutMs,
    firstEventTimeoutMs: given.firstEventTimeoutMs ?? defaultLimits.firstEventTimeoutMs,
    maxLineBytes: given.maxLineBytes ?? defaultLimits.maxLineBytes,
    maxLogBytes: given.maxLogBytes ?? defaultLimits.maxLogBytes,
  }
}

export function inProcessServers(
  options: Pick<AgentOptions, 'mcpServers'>,
): Record<string, ConnectableMcpServer> {
  const servers: Record<string, ConnectableMcpServer> = {}
  for (const [name, server] of Object.entries(options.mcpServers ?? {})) {
    if (server.type === 'sdk') servers[name] = server.instance
  }
  return servers
}

export function waitingToolsOf(
  options: Pick<AgentOptions, 'mcpServers'>,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(options.mcpServers ?? {}).map(([name, server]) => [
      name,
      server.type === 'sdk' ? (server.waitingTools ?? []) : [],
    ]),
  )
}

function ineffective(options: AgentOptions, version: string): string[] {
  if (options.resume === undefined || options.appendSystemPrompt === undefined) return []
  if (appendSystemPromptTakesEffectOnResume(version)) return []
  return [`claude ${version} may ignore a changed appendSystemPrompt when it resumes a session`]
}
