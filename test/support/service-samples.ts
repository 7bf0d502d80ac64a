import type { Run, Session, Status, StoredRequest } from '../../src/client/index.ts'

/** Ids that differ in their time. */
export function sampleId(number: number): string {
  return `01a1f7ae-${String(number).padStart(4, '0')}-7000-8000-000000000000`
}

export function sampleRun(differences: Partial<Run> = {}): Run {
  return {
    id: sampleId(1),
    sessionId: sampleId(9),
    sessionKey: 'nightly',
    ordinal: 1,
    state: 'queued',
    waiting: null,
    held: null,
    ahead: 0,
    outcome: null,
    text: null,
    error: null,
    prompt: 'update the changelog',
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
    submittedBy: 'me',
    cancelRequestedAt: null,
    attempts: [],
    costUsd: 0,
    childrenCostUsd: 0,
    inputTokens: 0,
    outputTokens: 0,
    createdAt: Date.now(),
    readyAt: 0,
    startedAt: null,
    endedAt: null,
    ...differences,
  }
}

export function sampleSession(differences: Partial<Session> = {}): Session {
  return {
    id: sampleId(9),
    key: 'nightly',
    title: null,
    profile: 'ci',
    workspace: { path: '/srv/site' },
    cwd: '/srv/site',
    options: {},
    labels: {},
    onBusy: 'queue',
    state: 'active',
    claudeSessionId: null,
    parentId: null,
    forkedAfter: null,
    currentRun: null,
    queuedRuns: 0,
    held: null,
    bypassUntil: null,
    grantedRules: [],
    totals: { runs: 3, costUsd: 0.5, inputTokens: 1200, outputTokens: 80, durationMs: 65_000 },
    lastSeq: 7,
    firstSeq: 1,
    workerId: null,
    createdAt: Date.now(),
    updatedAt: Date.now(),
    ...differences,
  }
}

export function sampleRequest(differences: Partial<StoredRequest> = {}): StoredRequest {
  return {
    id: sampleId(5),
    sessionId: sampleId(9),
    sessionKey: 'nightly',
    runId: sampleId(1),
    origin: 'agent',
    kind: 'permission',
    request: {
      id: 'control-1',
      openedAt: 0,
      kind: 'permission',
      toolName: 'Bash',
      toolUseId: 't',
      input: { command: 'git push' },
      description: '',
      blockedPath: null,
      suggestions: [],
    },
    state: 'open',
    openedAt: Date.now(),
    expiresAt: null,
    closedAt: null,
    answeredBy: null,
    answer: null,
    ...differences,
  }
}

export function sampleStatus(differences: Partial<Status> = {}): Status {
  return {
    version: '9.9.9',
    accepting: true,
    problem: null,
    database: 'sqlite',
    workers: [
      {
        id: 'w',
        host: 'box',
        pid: 7,
        version: '9.9.9',
        pools: ['default'],
        profiles: ['default', 'ci'],
        capacity: 4,
        running: 1,
        state: 'active',
        freeMemoryBytes: 2 ** 31,
        startedAt: Date.now(),
        heartbeatAt: Date.now(),
      },
    ],
    runs: { queued: 2, running: 1, waiting: { human: 1, children: 0, time: 0 } },
    outcomes: { ok: 12, timeout: 1 },
    costTodayUsd: 1.25,
    limits: [],
    agents: { busy: 1, warm: 2, spare: 0 },
    openRequests: 1,
    accounts: [],
    cursor: '0.0',
    now: Date.now(),
    ...differences,
  }
}
