import type { Run } from '../../client/index.ts'
import { formatCost } from '../figures.ts'
import type { Io } from '../io.ts'
import { ageOf, describePrompt, describeState, durationOf } from './describe.ts'
import { shownId } from './print.ts'

export const runHeadings: string[] = ['RUN', 'STATE', 'SESSION', 'AGE', 'TOOK', 'COST', 'PROMPT']

/** A run as a line of a table. */
export function toRunRow(run: Run, io: Io): string[] {
  return [
    shownId(run.id, io),
    describeState(run),
    run.sessionKey ?? shownId(run.sessionId, io),
    ageOf(run.createdAt),
    durationOf(run),
    formatCost(run.costUsd),
    describePrompt(run.prompt),
  ]
}
