import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import type { ProcessExit } from '../../events/turn-result.ts'
import { hostlerError } from '../../errors.ts'
import type { AgentPaths } from './agent-folder.ts'
import { readProcessIdentity, type ProcessIdentity } from '../process/process-identity.ts'

const execFileAsync = promisify(execFile)

/**
 * Starts the CLI with its files. The shell stays as the leader of the group and notes the exit code, so
 * that it is known even when no supervisor is there to hear of it. `trap :` and not `trap ''`: an
 * ignored signal would be ignored by the CLI too. The FIFO is opened for reading and writing, so that
 * it never seems closed; the prompt, the flags, the environment and the umask are the caller's.
 */
const launcher = `
trap : TERM INT HUP QUIT
dir=$1
shift
"$@" <>"$dir/in" >>"$dir/out.jsonl" 2>>"$dir/err.log"
code=$?
umask 077
printf '%s\\n' "$code" >"$dir/exit.new" && mv "$dir/exit.new" "$dir/exit"
`

/** The leader of the agent's session and group, and how it ended, once it has. */
export type Launched = { leader: ProcessIdentity; launcherExit: () => ProcessExit | null }

/** Makes the FIFO and the log files. @throws spawn_failed where the file system has no FIFOs */
export async function makePipes(paths: AgentPaths): Promise<void> {
  try {
    await execFileAsync('mkfifo', ['-m', '600', paths.input])
  } catch (error) {
    const problem = `mkfifo ${paths.input} failed`
    const cure = 'use a data folder on a local file system'
    throw hostlerError('spawn_failed', { problem, cure }, { cause: error })
  }
}

/** Launches the CLI in a session and process group of its own. @throws spawn_failed */
export async function launch(
  paths: AgentPaths,
  command: { file: string; argv: string[]; cwd: string; env: Record<string, string> },
): Promise<Launched> {
  const argv = ['-c', launcher, 'hostler-agent', paths.dir, command.file, ...command.argv]
  const { cwd, env } = command
  const child = spawn('/bin/sh', argv, { cwd, env, detached: true, stdio: 'ignore' })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (error) => {
      reject(
        hostlerError(
          'spawn_failed',
          { problem: error.message, cure: 'look at the limits of processes and memory' },
          { cause: error },
        ),
      )
    })
  })
  // The child outlives us; Node reaps it if we outlive the child.
  child.unref()
  let exit: ProcessExit | null = null
  child.once('exit', (code, signal) => {
    exit = { code, signal }
  })
  const identity = await readProcessIdentity(child.pid ?? -1)
  const leader = identity ?? { pid: child.pid ?? -1, startTime: 'ended' }
  return { leader, launcherExit: () => exit }
}
