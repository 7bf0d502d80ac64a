import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { toError } from '../../util/to-error.ts'
import { isErrno } from '../../util/is-errno.ts'
import { hostlerError } from '../../errors.ts'
import type { ModelFigures } from '../messages/result-figures.ts'

/** The files of an agent. */
export type AgentPaths = {
  dir: string
  /** What was started. */
  record: string
  /** The FIFO that the CLI reads. */
  input: string
  /** Everything written to the FIFO, noted before it was written. */
  journal: string
  output: string
  stderr: string
  /** The exit code, written by the launcher. */
  exit: string
  /** Who supervises the agent now. */
  supervisor: string
  /** The variables of the run under way, for shells to source. */
  runEnv: string
  /** What the CLI puts in front of each Bash command: it loads `runEnv`. */
  loadRunEnv: string
  /** Where the agent, or a script that it runs, may leave a question for a human. */
  question: string
}

export function agentPaths(dir: string): AgentPaths {
  return {
    dir,
    record: join(dir, 'agent.json'),
    input: join(dir, 'in'),
    journal: join(dir, 'in.jsonl'),
    output: join(dir, 'out.jsonl'),
    stderr: join(dir, 'err.log'),
    exit: join(dir, 'exit'),
    supervisor: join(dir, 'supervisor.json'),
    runEnv: join(dir, 'run.env'),
    loadRunEnv: join(dir, 'load-run.env'),
    question: join(dir, 'question.json'),
  }
}

/** What `agent.json` holds. No prompt, no secret. */
export type AgentRecord = {
  id: string
  /** Leader of the agent's session and process group; `null` until it has been launched. */
  pid: number | null
  startTime: string | null
  /** Epoch milliseconds. */
  startedAt: number
  claudeBin: string
  claudeVersion: string
  argv: string[]
  cwd: string
  /** Where its CLI keeps its conversations; `null` where its environment does not say. */
  claudeDir: string | null
  model: string | null
  /** Claude's, not hostler's. */
  sessionId: string | null
  wantsStructuredOutput: boolean
  /** What all turns of this process together may cost; `null`: no limit. */
  maxBudgetUsd: number | null
  /** What the conversation that it resumed had cost by then, as its CLI counts; `null` if not known. */
  usageAtLaunch: Record<string, ModelFigures> | null
}

const tokens = z.number().nonnegative()
const modelFigures: z.ZodType<ModelFigures> = z.object({
  inputTokens: tokens,
  outputTokens: tokens,
  cacheReadTokens: tokens,
  cacheCreationTokens: tokens,
  costUsd: tokens,
})

const recordSchema: z.ZodType<AgentRecord> = z.object({
  id: z.string(),
  pid: z.int().nullable(),
  startTime: z.string().nullable(),
  startedAt: z.int(),
  claudeBin: z.string(),
  claudeVersion: z.string(),
  argv: z.array(z.string()),
  cwd: z.string(),
  // Agents of former versions have none.
  claudeDir: z.string().nullable().default(null),
  model: z.string().nullable(),
  sessionId: z.string().nullable(),
  wantsStructuredOutput: z.boolean(),
  maxBudgetUsd: z.number().nullable().default(null),
  usageAtLaunch: z.record(z.string(), modelFigures).nullable().default(null),
})

/**
 * Makes the agent's folder, 0700, with those above it that are missing.
 * @throws invalid_option when `dataDir` cannot be one, spawn_failed when the disk is full
 */
export async function makeAgentFolder(paths: AgentPaths, dataDir: string): Promise<void> {
  try {
    await makeFolders(paths.dir)
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    if (isErrno(error, 'ENOSPC') || isErrno(error, 'EDQUOT')) {
      const params = { problem: `no space left in ${dataDir}`, cure: 'free some space' }
      throw hostlerError('spawn_failed', params, { cause: error })
    }
    const problem = `"${dataDir}" cannot be used (${String(error.code)})`
    const cure = 'name a folder that can be written to'
    throw hostlerError('invalid_option', { field: 'dir', problem, cure }, { cause: error })
  }
}

/**
 * Not `mkdir` with `recursive`: below /proc, where nothing can be made, that never returns. Agents that
 * are started at the same time make the same folders.
 */
async function makeFolders(path: string): Promise<void> {
  try {
    await makeFolder(path)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
    await makeFolders(dirname(path))
    await makeFolder(path)
  }
}

/** One that is there already is as good. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    const found = await stat(path).catch(() => null)
    if (found?.isDirectory() !== true) throw error
  }
}

/** Replaces `agent.json` in one step: a reader sees the old record or the new one. */
export async function writeAgentRecord(paths: AgentPaths, record: AgentRecord): Promise<void> {
  const temporary = `${paths.record}.new`
  await writeFile(temporary, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
  await rename(temporary, paths.record)
}

/** @throws agent_folder_broken */
export async function readAgentRecord(paths: AgentPaths): Promise<AgentRecord> {
  let text: string
  try {
    text = await readFile(paths.record, 'utf8')
  } catch (error) {
    throw broken(paths, isErrno(error, 'ENOENT') ? 'missing' : 'unreadable', error)
  }
  try {
    return recordSchema.parse(JSON.parse(text))
  } catch (error) {
    throw broken(paths, 'not an agent’s record', error)
  }
}

function broken(paths: AgentPaths, problem: string, cause: unknown): Error {
  const cure = `if no agent of it runs, remove ${paths.dir}`
  return hostlerError('agent_folder_broken', { path: paths.record, problem, cure }, { cause })
}

/** Where the agent `id` has its folder. */
export function agentDir(dataDir: string, id: string): string {
  return join(agentsDir(dataDir), id)
}

/** The folder that holds the agents' folders. */
export function agentsDir(dataDir: string): string {
  return join(dataDir, 'agents')
}

/** The ids of all agents that have a folder, oldest first. @throws agent_folder_broken */
export async function listAgentIds(dataDir: string): Promise<string[]> {
  try {
    const entries = await readdir(agentsDir(dataDir), { withFileTypes: true })
    const folders = entries.filter((one) => one.isDirectory())
    return folders.map((one) => one.name).toSorted()
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    const problem = toError(error).message
    const params = {
      path: dataDir,
      problem,
      cure: 'name a folder that hostler keeps its agents in',
    }
    throw hostlerError('agent_folder_broken', params, { cause: error })
  }
}
