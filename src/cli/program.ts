import { Command } from 'commander'
import { addAgentsCommand } from './agents/agents-command.ts'
import { addAttachCommand } from './agents/attach-command.ts'
import { addStopCommand } from './agents/stop-command.ts'
import { addSweepCommand } from './agents/sweep-command.ts'
import { addConfigCommand } from './config/config-command.ts'
import { addInitCommand } from './config/init-command.ts'
import { addCompletionCommand } from './completion/completion-command.ts'
import { addDoctorCommand } from './doctor/doctor-command.ts'
import type { Io } from './io.ts'
import { addRunCommand } from './run/run-command.ts'
import { addDbCommand } from './db/db-command.ts'
import { addServeCommand, addWorkerCommand } from './serve/serve-command.ts'
import { openLocalTokens } from './serve/open-local-tokens.ts'
import { addServiceCommands } from './service/add-service-commands.ts'
import { addStatusCommand } from './service/status-command.ts'
import { addTokenCommand } from './service/token-command.ts'
import { addScriptedModelCommand } from './scripted-model-command.ts'
import { readVersion } from '../version.ts'

/** The whole command line. `exit` is told with which code the command ends. */
export function createProgram(io: Io, exit: (code: number) => void): Command {
  const program = new Command('hostler')
  program
    .description(
      'Runs the real Claude Code CLI unattended, alone or in a daemon that keeps sessions and their queue.',
    )
    .version(readVersion(), '-V, --version')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(toOneLine(text)),
    })
  program.commandsGroup('Run alone:')
  addRunCommand(program, io, exit)
  addAgentsCommand(program, io, exit)
  addAttachCommand(program, io, exit)
  addStopCommand(program, io, exit)
  addSweepCommand(program, io, exit)
  program.commandsGroup('The daemon:')
  addInitCommand(program, io)
  addConfigCommand(program, io, exit)
  addServeCommand(program, io, exit)
  addWorkerCommand(program, io, exit)
  program.commandsGroup('Work with the daemon:')
  addServiceCommands(program, io, exit)
  program.commandsGroup('Look after it:')
  addStatusCommand(program, io, exit)
  addTokenCommand(program, io, { exit, openLocal: openLocalTokens(io) })
  addDbCommand(program, io, exit)
  program.commandsGroup('Tools:')
  addDoctorCommand(program, io, exit)
  addCompletionCommand(program, io, exit)
  addScriptedModelCommand(program, io, exit)
  program.helpCommand('help [command]', 'help with a command')
  return program
}

/** `error: unknown option '--modle'\n(Did you mean --model?)` in one line, with where to look. */
function toOneLine(text: string): string {
  const sentence = text
    .replace(/^error: /, '')
    .split('\n')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .join(' ')
  return `hostler: ${sentence.replace(/[.?]$/, '')}; see --help\n`
}
