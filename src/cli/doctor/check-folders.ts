import { execFile } from 'node:child_process'
import { access, constants, mkdtemp, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Config } from '../../config.ts'
import { formatBytes } from '../figures.ts'
import { fail, ok, warn, type Check } from './check.ts'

const execFileAsync = promisify(execFile)
const lowBytes = 1024 ** 3
const emptyBytes = 50 * 1024 ** 2

/** Can agents be written down, and can they be talked to? */
export async function checkFolders(dataDir: string, config: Config): Promise<Check[]> {
  return [
    await checkWritable('home', config.claudeDir, {
      effect: 'claude would run, and keep no conversation',
      cure: 'make it writable, or set CLAUDE_CONFIG_DIR to a folder that is',
    }),
    await checkWritable('data folder', dataDir, {
      effect: 'no agent could be started',
      cure: 'make it writable, or use --data-dir or HOSTLER_DATA_DIR',
    }),
    await checkFifo(dataDir),
    await checkSpace('disk, data folder', dataDir),
    await checkSpace('disk, conversations', config.claudeDir),
  ]
}

async function checkWritable(
  name: string,
  path: string,
  { effect, cure }: { effect: string; cure: string },
): Promise<Check> {
  const existing = await firstExisting(path)
  try {
    if (!(await stat(existing)).isDirectory()) return fail(name, `${existing} is no folder`, cure)
    await access(existing, constants.W_OK | constants.X_OK)
  } catch {
    return fail(name, `${existing} is not writable: ${effect}`, cure)
  }
  return ok(name, existing === path ? path : `${path} (to be created in ${existing})`)
}

/** Really makes one: network and shared file systems say that they can, and cannot. */
async function checkFifo(dataDir: string): Promise<Check> {
  const cure = 'use a data folder on a local file system: --data-dir or HOSTLER_DATA_DIR'
  let dir: string | null = null
  try {
    dir = await mkdtemp(join(await firstExisting(dataDir), '.hostler-doctor-'))
    await execFileAsync('mkfifo', [join(dir, 'fifo')])
    const made = await stat(join(dir, 'fifo'))
    if (!made.isFIFO()) return fail('pipes', 'mkfifo makes no FIFO there', cure)
    return ok('pipes', 'the data folder takes FIFOs')
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''
    return fail('pipes', `no FIFO can be made: ${reason}`, cure)
  } finally {
    if (dir !== null) await rm(dir, { recursive: true, force: true })
  }
}

async function checkSpace(name: string, path: string): Promise<Check> {
  const { bavail, bsize } = await statfs(await firstExisting(path))
  const free = bavail * bsize
  const message = `${formatBytes(free)} free`
  if (free < emptyBytes) return fail(name, message, 'free some space')
  return free < lowBytes ? warn(name, message, 'free some space soon') : ok(name, message)
}

async function firstExisting(path: string): Promise<string> {
  try {
    await stat(path)
    return path
  } catch {
    return dirname(path) === path ? path : await firstExisting(dirname(path))
  }
}
