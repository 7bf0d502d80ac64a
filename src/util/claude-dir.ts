import { join } from 'node:path'

/** Where a CLI with this environment keeps its conversations; null where it does not say. */
export function claudeDirIn(env: Readonly<Record<string, string | undefined>>): string | null {
  const { CLAUDE_CONFIG_DIR: named = '', HOME: home = '' } = env
  if (named !== '') return named
  return home === '' ? null : join(home, '.claude')
}
