import { access, constants, open, realpath, stat } from 'node:fs/promises'
import { toError } from '../../util/to-error.ts'

/** What lies at a path where the CLI is looked for. */
export type BinaryKind =
  | { kind: 'program' }
  | { kind: 'stub'; realPath: string; problem: string; cure: string }
  | { kind: 'unusable'; problem: string; cure: string }

const install = 'npm install -g @anthropic-ai/claude-code, or give the path of a working claude'
const stubMark = 'claude native binary not installed'

/**
 * Tells a program that can be started from the placeholder that the npm package leaves in
 * `bin/claude.exe` when its install script was blocked.
 */
export async function inspectBinary(path: string): Promise<BinaryKind> {
  try {
    const info = await stat(path)
    if (!info.isFile()) return { kind: 'unusable', problem: 'not a regular file', cure: install }
    if (await isStub(path, info.size)) {
      return {
        kind: 'stub',
        realPath: await realpath(path),
        problem: 'a placeholder, whose native binary is not installed',
        cure: 'install it without --ignore-scripts and --omit=optional',
      }
    }
    await access(path, constants.X_OK)
    return { kind: 'program' }
  } catch (error) {
    return { kind: 'unusable', ...explain(error, path) }
  }
}

function explain(error: unknown, path: string): { problem: string; cure: string } {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ENOENT' || code === 'ENOTDIR') return { problem: 'no such file', cure: install }
  if (code === 'EACCES') return { problem: 'not executable', cure: `chmod +x ${path}` }
  return { problem: toError(error).message, cure: install }
}

async function isStub(path: string, size: number): Promise<boolean> {
  if (size > 4096) return false
  await using file = await open(path)
  const { bytesRead, buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
  return buffer.toString('latin1', 0, bytesRead).includes(stubMark)
}
