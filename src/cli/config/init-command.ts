import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { isErrno } from '../../util/is-errno.ts'
import { dataDirOf } from '../data-dir.ts'
import type { Io } from '../io.ts'
import { usageError } from '../usage-error.ts'
import { initText } from './init-text.ts'

type Flags = { config?: string; dataDir?: string }

/** `hostler init`: a `hostler.yaml` to begin with. It never takes the place of one that is there. */
export function addInitCommand(program: Command, io: Io): void {
  program
    .command('init')
    .description('write a hostler.yaml with comments; one that is there is left alone')
    .option('--config <file>', 'where; default: hostler.yaml in the data directory')
    .option('--data-dir <dir>', 'where hostler keeps its data')
    .addHelpText('after', '\nExamples:\n  hostler init\n  hostler init --config ./hostler.yaml')
    .action((flags: Flags) => {
      const named = flags.config ?? io.config.namedConfig
      const path = named === null ? join(dataDirOf(flags, io), 'hostler.yaml') : resolve(named)
      writeNew(path)
      io.stdout.write(nextSteps(path, isFoundByItself(path, io)))
    })
}

function writeNew(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // Made by this very call, or not at all: two of them do not overwrite each other.
    writeFileSync(path, initText, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (isErrno(error, 'EEXIST')) {
      throw usageError(`${path} is there already`, 'edit it, or name another file with --config')
    }
    const problem = error instanceof Error ? error.message : String(error)
    throw usageError(`${path} cannot be written: ${problem}`, 'name another file with --config')
  }
}

/** Whether commands find it without being told. */
function isFoundByItself(path: string, { config }: Io): boolean {
  return [
    config.namedConfig === null ? null : resolve(config.namedConfig),
    join(config.dataDir, 'hostler.yaml'),
    join(config.configHome, 'hostler', 'hostler.yaml'),
  ].includes(path)
}

function nextSteps(path: string, isFound: boolean): string {
  const option = isFound ? '' : ` --config ${path}`
  return `wrote ${path}

next:
  hostler doctor                       is Claude Code there, and logged in?
  \${EDITOR:-vi} ${path}
  hostler config check${option}
  hostler serve${option}
  hostler submit --key hello "What is in this folder?" --follow
`
}
