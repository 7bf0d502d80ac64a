import type { Run } from '../../client/index.ts'
import type { TurnResult, Usage } from '../../events/turn-result.ts'

/** A run that has ended, in the form in which `hostler run` tells of its own; with its id. */
export function toTurnResult(run: Run): TurnResult & { runId: string } {
  const last = run.attempts.at(-1)
  return {
    outcome: run.outcome ?? 'lost',
    text: run.text ?? '',
    error: run.error,
    agentId: last?.agentId ?? '',
    promptId: '',
    sessionId: run.sessionId,
    runId: run.id,
    apiStatus: null,
    retryAt: run.waiting?.until ?? null,
    costUsd: run.costUsd,
    usage: usageOf(run),
    durationMs: run.startedAt === null ? 0 : (run.endedAt ?? Date.now()) - run.startedAt,
    apiDurationMs: null,
    firstTokenMs: null,
    permissionDenials: [],
    steeredPromptIds: [],
    unansweredPromptIds: [],
    lastMessageUuid: null,
    ...(run.structuredOutput != null && { structuredOutput: run.structuredOutput }),
    exit: last?.exit ?? null,
  }
}

function usageOf({ attempts }: Run): Usage {
  const total: Usage = {
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheCreationTokens: 0,
    byModel: {},
  }
  for (const { usage } of attempts) {
    if (usage === null) continue
    total.inputTokens += usage.inputTokens
    total.outputTokens += usage.outputTokens
    total.cacheReadTokens += usage.cacheReadTokens
    total.cacheCreationTokens += usage.cacheCreationTokens
  }
  return total
}
