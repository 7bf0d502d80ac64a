import { existsSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { hostlerError } from '../../errors.ts'
import type { AgentPaths } from './agent-folder.ts'

/**
 * The CLI reads the file that CLAUDE_ENV_FILE names once, and puts what it read in front of each Bash
 * command. So that file never changes, and loads another one, which does.
 */
export async function makeRunEnvironment(paths: AgentPaths): Promise<void> {
  const file = quoted(paths.runEnv)
  await writePrivate(paths.loadRunEnv, `if [ -r ${file} ]; then . ${file}; fi\n`)
  await writePrivate(paths.runEnv, '')
}

/** What an agent with a run environment is started with; hooks find the file by the second one. */
export function runEnvironmentNames(paths: AgentPaths): Record<string, string> {
  return { CLAUDE_ENV_FILE: paths.loadRunEnv, HOSTLER_RUN_ENV: paths.runEnv }
}

/**
 * Sets the variables of the run, in place of those of the one before, in one step: a command that begins
 * meanwhile sees the old ones or the new ones.
 * @throws invalid_option
 */
export async function writeRunEnvironment(
  paths: AgentPaths,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  if (!existsSync(paths.loadRunEnv)) {
    const problem = 'the agent was started without it'
    throw hostlerError('invalid_option', {
      field: 'runEnvFile',
      problem,
      cure: 'start it with runEnvFile: true',
    })
  }
  const lines = Object.entries(variables).map(([name, value]) => {
    assertVariable(name, value)
    return `export ${name}=${quoted(value)}\n`
  })
  const fresh = `${paths.runEnv}.new`
  await writePrivate(fresh, lines.join(''))
  await rename(fresh, paths.runEnv)
}

function assertVariable(name: string, value: string): void {
  const isName = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
  if (isName && !value.includes('\0')) return
  const problem = isName ? 'has a NUL character' : 'is not the name of a variable'
  const cure = isName ? 'take it out' : 'use letters, digits and _, not beginning with a digit'
  throw hostlerError('invalid_option', { field: `variables.${name}`, problem, cure })
}

/** For any POSIX shell: nothing in it is looked at but the quote itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

async function writePrivate(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 })
}
