import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'
import {
  checkClaudeVersion,
  findClaude,
  newestCheckedVersion,
  oldestSupportedVersion,
  readClaudeVersion,
} from '../../agent/index.ts'
import type { Config } from '../../config.ts'
import { HostlerError } from '../../errors.ts'
import { fail, ok, warn, type Check } from './check.ts'

const execFileAsync = promisify(execFile)
const statusTimeoutMs = 20_000

/** Is there a CLI, which, and is somebody logged in? */
export async function checkClaude({ env }: Config): Promise<Check[]> {
  try {
    const { path, source } = await findClaude({ env })
    const version = await readClaudeVersion(path, { env })
    const { warning } = checkClaudeVersion(version, { path })
    const facts = `${version}, ${path} (found by ${source})`
    const range = `checked from ${oldestSupportedVersion} to ${newestCheckedVersion}`
    const check =
      warning === null
        ? ok('claude', `${facts}; ${range}`)
        : warn('claude', facts, `${warning}; it will most likely work`)
    return [check, await checkLogin(path, env)]
  } catch (error) {
    if (!(error instanceof HostlerError)) throw error
    return [fail('claude', error.message, error.cure)]
  }
}

// Source: `claude auth status`, 2.1.328; it does not ask whether the login is still valid.
const statusSchema = z.object({ loggedIn: z.boolean(), authMethod: z.string().default('unknown') })

async function checkLogin(path: string, env: Config['env']): Promise<Check> {
  const cure = 'log in with: claude auth login, or set ANTHROPIC_API_KEY'
  const status = statusSchema.safeParse(await readStatus(path, env))
  if (!status.success) return warn('login', 'claude auth status says nothing', cure)
  if (status.data.loggedIn) return ok('login', `logged in (${status.data.authMethod})`)
  return fail('login', 'not logged in', cure)
}

async function readStatus(path: string, env: Config['env']): Promise<unknown> {
  try {
    // It exits with 1 when nobody is logged in, and says so all the same.
    const { stdout } = await execFileAsync(path, ['auth', 'status'], {
      env: { ...env, DISABLE_AUTOUPDATER: '1' },
      timeout: statusTimeoutMs,
      killSignal: 'SIGKILL',
    }).catch((error: unknown) => stdoutOf(error))
    return JSON.parse(stdout)
  } catch {
    return null
  }
}

function stdoutOf(error: unknown): { stdout: string } {
  const hasOutput = typeof error === 'object' && error !== null && 'stdout' in error
  return { stdout: hasOutput && typeof error.stdout === 'string' ? error.stdout : '' }
}
