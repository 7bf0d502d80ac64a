import { z } from 'zod'
import * as agentCalls from '../../service/api-schema/agent-call-schema.ts'
import * as costs from '../../service/api-schema/costs-schema.ts'
import * as operations from '../../service/api-schema/operations-schema.ts'
import { usageSchema } from '../../service/api-schema/outcome-schema.ts'
import { profileOptionsSchema } from '../../service/api-schema/profile-options-schema.ts'
import { promptSchema } from '../../service/api-schema/prompt-schema.ts'
import * as requests from '../../service/api-schema/request-schema.ts'
import {
  attemptSchema,
  runSchema,
  submissionBodySchema,
} from '../../service/api-schema/run-schema.ts'
import * as schedules from '../../service/api-schema/schedule-schema.ts'
import * as sessions from '../../service/api-schema/session-schema.ts'
import { workspaceSchema } from '../../service/api-schema/workspace-schema.ts'

/** See `toProblem`. */
export const problemSchema: z.ZodType = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  instance: z.string(),
  code: z.string(),
  cure: z.string(),
  field: z.string().optional(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
})

/** The schemas that have a name in the document. */
export const componentNames: ReadonlyMap<z.ZodType, string> = new Map<z.ZodType, string>([
  [runSchema, 'Run'],
  [attemptSchema, 'Attempt'],
  [submissionBodySchema, 'Submission'],
  [promptSchema, 'Prompt'],
  [profileOptionsSchema, 'ProfileOptions'],
  [workspaceSchema, 'WorkspaceSource'],
  [usageSchema, 'Usage'],
  [sessions.sessionSchema, 'Session'],
  [sessions.newSessionSchema, 'NewSession'],
  [sessions.sessionChangeSchema, 'SessionChange'],
  [sessions.newForkSchema, 'NewFork'],
  [sessions.waitingSchema, 'Waiting'],
  [requests.storedRequestSchema, 'StoredRequest'],
  [requests.humanRequestSchema, 'HumanRequest'],
  [requests.requestAnswerSchema, 'RequestAnswer'],
  [schedules.scheduleSchema, 'Schedule'],
  [schedules.newScheduleSchema, 'NewSchedule'],
  [schedules.scheduleChangeSchema, 'ScheduleChange'],
  [schedules.scheduledSubmissionSchema, 'ScheduledSubmission'],
  [schedules.firingSchema, 'Firing'],
  [operations.agentInfoSchema, 'AgentInfo'],
  [operations.workerInfoSchema, 'WorkerInfo'],
  [operations.newTokenSchema, 'NewToken'],
  [operations.callerInfoSchema, 'CallerInfo'],
  [operations.tokenSchema, 'Token'],
  [operations.createdTokenSchema, 'CreatedToken'],
  [operations.deliverySchema, 'Delivery'],
  [operations.auditEntrySchema, 'AuditEntry'],
  [operations.statusSchema, 'Status'],
  [costs.costReportSchema, 'CostReport'],
  [costs.budgetStateSchema, 'BudgetState'],
  [agentCalls.agentSelfSchema, 'AgentSelf'],
  [agentCalls.agentQuestionSchema, 'AgentQuestion'],
  [agentCalls.askedQuestionSchema, 'AskedQuestion'],
  [agentCalls.newTaskSchema, 'NewTask'],
  [agentCalls.taskInfoSchema, 'TaskInfo'],
  [agentCalls.newProgressSchema, 'NewProgress'],
  [problemSchema, 'Problem'],
])
