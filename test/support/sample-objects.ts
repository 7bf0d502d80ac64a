import type { Account } from '../../src/service/contract/account.ts'
import type {
  AgentInfo,
  Delivery,
  Status,
  Token,
  WorkerInfo,
} from '../../src/service/contract/operations.ts'
import type { StoredRequest } from '../../src/service/contract/request.ts'
import type { Attempt, Run } from '../../src/service/contract/run.ts'
import type { Session } from '../../src/service/contract/session.ts'
import { sampleBudget } from './sample-costs.ts'

// One of everything that the API gives out, with every kind of field in it.

export function sampleSession(): Session {
  return {
    id: 's1',
    key: null,
    title: null,
    profile: 'default',
    workspace: { path: '/tmp' },
    cwd: null,
    options: {},
    labels: {},
    onBusy: 'queue',
    state: 'active',
    claudeSessionId: null,
    parentId: null,
    forkedAfter: null,
    currentRun: { id: 'r1', state: 'waiting', waiting: { on: 'time', until: 5, reason: 'limit' } },
    queuedRuns: 0,
    held: null,
    bypassUntil: null,
    grantedRules: [],
    totals: { runs: 0, costUsd: 0, inputTokens: 0, outputTokens: 0, durationMs: 0 },
    lastSeq: 0,
    firstSeq: 1,
    workerId: null,
    createdAt: 1,
    updatedAt: 1,
  }
}

export function sampleAttempt(): Attempt {
  const tokens = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheCreationTokens: 4 }
  return {
    id: 'a1',
    number: 1,
    workerId: 'w1',
    agentId: null,
    outcome: 'api_error',
    error: { code: 'x', message: 'y', cure: null },
    exit: { code: 1, signal: null },
    costUsd: 0.5,
    usage: { ...tokens, byModel: { opus: { ...tokens, costUsd: 0.5 } } },
    model: 'opus',
    claudeVersion: '2.1.328',
    log: { from: 0, to: null },
    startedAt: 1,
    endedAt: 2,
  }
}

export function sampleRun(): Run {
  return {
    id: 'r1',
    sessionId: 's1',
    sessionKey: null,
    ordinal: 1,
    state: 'queued',
    waiting: null,
    held: null,
    ahead: 0,
    outcome: null,
    text: null,
    error: null,
    prompt: 'hi',
    options: {},
    labels: {},
    priority: 0,
    onBusy: 'queue',
    idempotencyKey: null,
    parentRunId: null,
    depth: 0,
    retryOf: null,
    scheduleId: null,
    review: false,
    dependsOn: [],
    onDependencyFailure: 'fail',
    progress: null,
    submittedBy: null,
    cancelRequestedAt: null,
    attempts: [sampleAttempt()],
    costUsd: 0,
    childrenCostUsd: 0,
    inputTokens: 0,
    outputTokens: 0,
    createdAt: 1,
    readyAt: 1,
    startedAt: null,
    endedAt: null,
  }
}

export function sampleRequest(): StoredRequest {
  return {
    id: 'q1',
    sessionId: 's1',
    sessionKey: null,
    runId: 'r1',
    origin: 'agent',
    kind: 'permission',
    request: {
      id: 'c1',
      openedAt: 1,
      kind: 'permission',
      toolName: 'Bash',
      toolUseId: 't1',
      input: { command: 'ls' },
      description: 'list files',
      blockedPath: null,
      suggestions: [],
    },
    state: 'open',
    openedAt: 1,
    expiresAt: null,
    closedAt: null,
    answeredBy: null,
    answer: null,
  }
}

export function sampleAccount(): Account {
  return {
    id: 'oauth_token-5f0c',
    label: 'OAuth token …5f0c',
    state: 'refused',
    until: null,
    reason: 'Invalid API key',
    failures: 1,
    since: 1,
    profiles: ['default'],
    heldRuns: 2,
  }
}

export function sampleAgent(): AgentInfo {
  return {
    id: 'agent1',
    sessionId: null,
    workerId: 'w1',
    profile: 'default',
    pid: 42,
    claudeVersion: null,
    state: 'spare',
    memoryBytes: null,
    startedAt: 1,
    lastUsedAt: 1,
    endedAt: null,
  }
}

export function sampleWorker(): WorkerInfo {
  return {
    id: 'w1',
    host: 'here',
    pid: 1,
    version: '0.1.0',
    pools: ['default'],
    profiles: ['default'],
    capacity: 4,
    running: 0,
    state: 'active',
    freeMemoryBytes: 1,
    startedAt: 1,
    heartbeatAt: 1,
  }
}

export function sampleToken(): Token {
  return {
    id: 'k1',
    label: 'ci',
    scopes: ['read'],
    createdAt: 1,
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
  }
}

export function sampleDelivery(): Delivery {
  return {
    id: 'd1',
    channel: 'webhook:ops',
    kind: 'run.ended',
    state: 'dead',
    attempts: 9,
    nextAt: null,
    lastError: 'refused',
    createdAt: 1,
    deliveredAt: null,
  }
}

export function sampleStatus(): Status {
  return {
    version: '0.1.0',
    accepting: true,
    problem: null,
    database: 'sqlite',
    workers: [sampleWorker()],
    runs: { queued: 1, running: 2, waiting: { human: 3, children: 4, time: 5 } },
    outcomes: { ok: 3, lost: 1 },
    costTodayUsd: 1.5,
    limits: [sampleBudget()],
    agents: { busy: 1, warm: 2, spare: 3 },
    openRequests: 1,
    accounts: [],
    cursor: '0.0',
    now: 1,
  }
}
