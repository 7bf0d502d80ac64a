import type { TurnResult } from '../../events/turn-result.ts'
import { shareOf } from './cost.ts'
import { decideOutcome, type OutcomeEvidence } from './outcome.ts'
import type { SteeredState } from './turn-evidence.ts'
import type { TurnRun } from './turn-run.ts'

/** Puts together what came of a turn. */
export function toTurnResult(
  run: TurnRun,
  context: Omit<OutcomeEvidence, 'turn' | 'cause'> & {
    agentId: string
    sessionId: string | null
    endedAt: number
  },
): TurnResult {
  const { evidence, baseline } = run
  const judged = decideOutcome({ ...context, turn: evidence, cause: run.cause })
  const last = evidence.results.at(-1)
  const { costUsd, ...usage } = shareOf(evidence.results, baseline, evidence.usageAtEnd)
  const result: TurnResult = {
    ...judged,
    text: replyOf(run),
    agentId: context.agentId,
    promptId: evidence.promptId,
    sessionId: context.sessionId,
    // A turn that never ran cost nothing; one that was cut off before its result cost nobody knows what.
    costUsd: last === undefined && evidence.hasRun && evidence.usageAtEnd === null ? null : costUsd,
    usage,
    durationMs: run.sentAt === 0 ? 0 : Math.max(0, context.endedAt - run.sentAt),
    apiDurationMs: last?.durationApiMs == null ? null : last.durationApiMs - baseline.durationApiMs,
    firstTokenMs: evidence.results[0]?.firstTokenMs ?? null,
    permissionDenials: evidence.results.flatMap((one) => one.permissionDenials),
    steeredPromptIds: steeredIn(run, 'answered'),
    unansweredPromptIds: [
      ...steeredIn(run, 'taken'),
      // A turn that was none is over before them: the CLI may take them up after it, heard by nobody.
      ...(evidence.isDuplicate ? steeredIn(run, 'sent') : []),
    ],
    lastMessageUuid: evidence.lastMessageUuid,
    exit: context.exit,
  }
  if (last?.hasStructuredOutput === true) result.structuredOutput = last.structuredOutput
  return result
}

function steeredIn({ evidence }: TurnRun, state: SteeredState): string[] {
  return [...evidence.steered].flatMap(([id, its]) => (its === state ? [id] : []))
}

/** With background work the last result is the answer; an error's text is in `error`, not in the reply. */
function replyOf({ evidence }: TurnRun): string {
  const last = evidence.results.findLast((one) => one.text !== '')
  if (last === undefined || last.isError) return evidence.text
  return last.text
}
