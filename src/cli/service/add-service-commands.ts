import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { addAccountsCommand } from './accounts-command.ts'
import { addRunActions, addSessionActions } from './act-commands.ts'
import { addAnswerCommand } from './answer-command.ts'
import { addConfigureCommand } from './configure-command.ts'
import { addCostsCommand } from './costs-command.ts'
import { addFromAgentCommand } from './from-agent-command.ts'
import { addLogsCommand } from './logs-command.ts'
import { addMcpCommand } from './mcp-command.ts'
import { addOutcomesCommand } from './outcomes-command.ts'
import { addRequestsCommand } from './requests-command.ts'
import { addReviewCommands } from './review-commands.ts'
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
  addCostsCommand(program, io, exit)
  addLogsCommand(program, io, exit)
  addRunActions(program, io, exit)
  addSessionActions(program, io, exit)
  addRequestsCommand(program, io, exit)
  addAnswerCommand(program, io, exit)
  addReviewCommands(program, io, exit)
  addConfigureCommand(program, io, exit)
  addSchedulesCommand(program, io, exit)
  addScheduleCommand(program, io, exit)
  addAccountsCommand(program, io, exit)
  addOutcomesCommand(program, io, exit)
  addMcpCommand(program, io, exit)
  addFromAgentCommand(program, io, exit)
}
