import type { HostlerError } from '../../errors.ts'
import type { TurnResult } from '../../events/turn-result.ts'

/** What a turn that could not even begin came to, so that scripts read one form of result. */
export function failedStart({ code, message, cure }: HostlerError): TurnResult {
  return {
    outcome: 'spawn_failed',
    text: '',
    error: { code, message, cure },
    agentId: '',
    promptId: '',
    sessionId: null,
    apiStatus: null,
    retryAt: null,
    costUsd: 0,
    usage: {
      inputTokens: 0,
      outputTokens: 0,
      cacheReadTokens: 0,
      cacheCreationTokens: 0,
      byModel: {},
    },
    durationMs: 0,
    apiDurationMs: null,
    firstTokenMs: null,
    permissionDenials: [],
    steeredPromptIds: [],
    unansweredPromptIds: [],
    lastMessageUuid: null,
    exit: null,
  }
}
