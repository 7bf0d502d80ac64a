import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { claudeDirIn } from '../../util/claude-dir.ts'
import { isErrno } from '../../util/is-errno.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Names longer than this are cut, and told apart by a hash. */
const maxNameLength = 200

/**
 * The folder in which the CLI keeps its conversations, as an agent with this environment of its
 * profile sees it; null where neither says.
 */
export function claudeDirOf(
  env: Environment,
  profile: { env?: Record<string, string> } = {},
): string | null {
  return claudeDirIn({ ...env, ...profile.env })
}

/**
 * The CLI's name for a workspace below `projects`.
 * Source: 2.1.197 and 2.1.328, tried and read; different folders can have the same.
 */
export function toProjectName(cwd: string): string {
  const plain = cwd.replaceAll(/[^a-zA-Z0-9]/g, '-')
  if (plain.length <= maxNameLength) return plain
  let hash = 0
  for (let index = 0; index < cwd.length; index++) {
    hash = ((hash << 5) - hash + cwd.charCodeAt(index)) | 0
  }
  return `${plain.slice(0, maxNameLength)}-${Math.abs(hash).toString(36)}`
}

/** Where the CLI looks for, and puts, the conversation of an agent that is started in `cwd`. */
export async function transcriptPath(where: {
  claudeDir: string
  cwd: string
  claudeSessionId: string
}): Promise<string> {
  const real = await realpath(where.cwd).catch(() => where.cwd)
  const folder = join(where.claudeDir, 'projects', toProjectName(real.normalize('NFC')))
  return join(folder, toFileName(where.claudeSessionId))
}

/** The transcript of a conversation, wherever under `projects` it is; the newest of several. */
export async function findTranscript(where: {
  claudeDir: string
  cwd: string
  claudeSessionId: string
}): Promise<string | null> {
  const expected = await transcriptPath(where)
  if ((await changedAt(expected)) !== null) return expected
  const projects = join(where.claudeDir, 'projects')
  const folders = await readdir(projects).catch(() => [])
  let newest: { path: string; at: number } | null = null
  for (const folder of folders) {
    const path = join(projects, folder, toFileName(where.claudeSessionId))
    const at = await changedAt(path)
    if (at !== null && at > (newest?.at ?? 0)) newest = { path, at }
  }
  return newest?.path ?? null
}

/** The id comes from the CLI, and becomes a part of a path. */
function toFileName(claudeSessionId: string): string {
  if (!/^[\w-]+$/.test(claudeSessionId)) {
    throw new Error(`"${claudeSessionId}" is not the id of a Claude session`)
  }
  return `${claudeSessionId}.jsonl`
}

async function changedAt(path: string): Promise<number | null> {
  try {
    const found = await stat(path)
    return found.isFile() ? found.mtimeMs : null
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return null
    throw error
  }
}
