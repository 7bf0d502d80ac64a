import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('chaos-claude.ts', import.meta.url))

/** Writes an executable `claude` that notes in `dir` what it does, and returns its path. */
export async function writeChaosClaude(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true })
  const path = join(dir, 'claude')
  const script = [
    '#!/bin/sh',
    '[ "$1" = --version ] && { echo "2.1.328 (Claude Code)"; exit 0; }',
    `NODE_COMPILE_CACHE='${join(dir, 'cache')}'; export NODE_COMPILE_CACHE`,
    `exec '${process.execPath}' --no-warnings '${program}' '${dir}' "$@"`,
  ]
  await writeFile(path, `${script.join('\n')}\n`)
  await chmod(path, 0o755)
  return path
}
