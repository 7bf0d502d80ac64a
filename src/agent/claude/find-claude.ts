import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { hostlerError } from '../../errors.ts'
import { inspectBinary } from './inspect-binary.ts'
import { findNpmClaude, findPlatformBinary } from './npm-claude.ts'

export type ClaudeSource = 'option' | 'environment' | 'path' | 'home' | 'npm'
export type FoundClaude = { path: string; source: ClaudeSource }

/**
 * Where the CLI is: the option, `HOSTLER_CLAUDE_BIN`, PATH, `~/.local/bin`, `~/bin`, then the npm
 * package beside hostler. The workspace is not looked at: a repository could bring its own `claude`.
 * @throws HostlerError `claude_not_found`, `claude_unusable`, `unsupported_platform`
 */
export async function findClaude(context: {
  claudeBin?: string | undefined
  env: Readonly<Record<string, string | undefined>>
  platform?: NodeJS.Platform | undefined
}): Promise<FoundClaude> {
  const { claudeBin, env } = context
  if ((context.platform ?? process.platform) === 'win32') {
    throw hostlerError('unsupported_platform', { platform: 'Windows' })
  }
  const fromEnvironment = env['HOSTLER_CLAUDE_BIN']
  if (claudeBin !== undefined)
    return { path: await named(claudeBin, 'claudeBin'), source: 'option' }
  if (fromEnvironment !== undefined && fromEnvironment !== '') {
    return { path: await named(fromEnvironment, 'HOSTLER_CLAUDE_BIN'), source: 'environment' }
  }
  for (const { folder, source } of searchedFolders(env)) {
    // One after the other: the first folder wins, as in a shell.
    const path = await usable(join(folder, 'claude'))
    if (path !== null) return { path, source }
  }
  const path = await findNpmClaude(import.meta.url)
  if (path !== null) return { path, source: 'npm' }
  throw hostlerError('claude_not_found', {
    looked: 'HOSTLER_CLAUDE_BIN, PATH, ~/.local/bin, ~/bin, the npm package',
  })
}

async function named(bin: string, name: string): Promise<string> {
  const path = resolve(bin)
  const found = await inspectBinary(path)
  if (found.kind === 'program') return path
  if (found.kind === 'stub') {
    const real = await findPlatformBinary(found.realPath)
    if (real !== null) return real
  }
  const problem = `${found.problem} (named by ${name})`
  throw hostlerError('claude_unusable', { path, problem, cure: found.cure })
}

async function usable(path: string): Promise<string | null> {
  const found = await inspectBinary(path)
  if (found.kind === 'program') return path
  return found.kind === 'stub' ? findPlatformBinary(found.realPath) : null
}

function searchedFolders(
  env: Readonly<Record<string, string | undefined>>,
): { folder: string; source: 'path' | 'home' }[] {
  const home = env['HOME'] ?? homedir()
  // A relative entry would be looked up in the workspace.
  const onPath = (env['PATH'] ?? '').split(':').filter((folder) => isAbsolute(folder))
  return [
    ...onPath.map((folder) => ({ folder, source: 'path' as const })),
    { folder: join(home, '.local', 'bin'), source: 'home' },
    { folder: join(home, 'bin'), source: 'home' },
  ]
}
