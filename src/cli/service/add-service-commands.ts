import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { addRunActions, addSessionActions } from './act-commands.ts'
import { addAnswerCommand } from './answer-command.ts'
import { addLogsCommand } from './logs-command.ts'
import { addMcpCommand } from './mcp-command.ts'
import { addRequestsCommand } from './requests-command.ts'
import { addRunsCommand } from './runs-command.ts'
import { addScheduleCommand } from './schedule-command.ts'
import { addSchedulesCommand } from './schedules-command.ts'
import { addSessionsCommand } from './sessions-command.ts'
import { addShowCommand } from './show-command.ts'
import { addSubmitCommand } from './submit-command.ts'

/** What can be told to a running `hostler serve`. */
export function addServiceCommands(program: Command, io: Io, exit: (code: number) => void): void {
  addSubmitCommand(program, io, exit)
  addSessionsCommand(program, io, exit)
  addRunsCommand(program, io, exit)
  addShowCommand(program, io, exit)
  addLogsCommand(program, io, exit)
  addRunActions(program, io, exit)
  addSessionActions(program, io, exit)
  addRequestsCommand(program, io, exit)
  addAnswerCommand(program, io, exit)
  addSchedulesCommand(program, io, exit)
  addScheduleCommand(program, io, exit)
  addMcpCommand(program, io, exit)
}
