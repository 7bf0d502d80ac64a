import type { ModelFigures, ResultFigures } from '../messages/result-figures.ts'

/** An API error as the CLI tells of it, in a synthetic message or before a retry. */
export type ApiError = { kind: string; status: number | null; message: string }

/** What the API last said of a subscription's limit. The CLI repeats it only when it changes. */
export type RateLimit = {
  status: string
  resetsAt: number | null
  /** Which of a subscription's limits; null: the server was merely busy. */
  limitType: string | null
}

/** The CLI has taken it up, and has given a result since. */
export type SteeredState = 'sent' | 'taken' | 'answered'

/** What the log says about one turn, so far. */
export type TurnEvidence = {
  promptId: string
  wantsStructuredOutput: boolean
  /** Prompts that were sent into the running turn, by uuid. */
  steered: Map<string, SteeredState>
  /** In this process another turn may come first: one that the CLI takes up again by itself. */
  mayFollowAnother: boolean
  /** The CLI has said something since the prompt was written. */
  isHeard: boolean
  /** The CLI has read the prompt. */
  isReceived: boolean
  /** The CLI is, or was, at work on it. */
  hasRun: boolean
  /** The CLI says that it is idle, though it has given no result. */
  isIdle: boolean
  /** It has given a result, and has not gone on since. */
  isAnswered: boolean
  /** Nothing more will come of it. */
  isOver: boolean
  /** The CLI knew the prompt's uuid and did nothing. */
  isDuplicate: boolean
  isWaitingForHuman: boolean
  results: ResultFigures[]
  /** Of the main conversation, by message: the last one is the reply when no result tells it. */
  lastMessageId: string
  lastMessageUuid: string | null
  text: string
  /** By id, with the time that the call itself may take, in milliseconds, where it says so. */
  runningTools: Map<string, number | null>
  /** Tasks that go on behind the reply. `idle` may come while they run. */
  openTasks: Set<string>
  retry: (ApiError & { attempt: number }) | null
  apiError: ApiError | null
  rateLimit: RateLimit | null
  /** The cumulative figures as the CLI gave them when it was asked, since the last result. */
  usageAtEnd: Record<string, ModelFigures> | null
  clippedLines: number
}

export function newTurnEvidence(promptId: string, wantsStructuredOutput: boolean): TurnEvidence {
  return {
    promptId,
    wantsStructuredOutput,
    steered: new Map(),
    mayFollowAnother: false,
    isHeard: false,
    isReceived: false,
    isIdle: false,
    isAnswered: false,
    hasRun: false,
    isOver: false,
    isDuplicate: false,
    isWaitingForHuman: false,
    results: [],
    lastMessageId: '',
    lastMessageUuid: null,
    text: '',
    runningTools: new Map(),
    openTasks: new Set(),
    retry: null,
    apiError: null,
    rateLimit: null,
    usageAtEnd: null,
    clippedLines: 0,
  }
}
