import type { SessionEvent } from '../../src/events/index.ts'
import type { Hostler, Run } from '../../src/index.ts'
import { type DaemonOptions, startTestDaemon, type TestDaemon } from './daemon.ts'
import { openTestService, type TestService, type TestServiceOptions } from './service.ts'

/** Folders, a model and a claude, and daemons on them that come and go. */
export type DaemonWorld = AsyncDisposable &
  Pick<TestService, 'model' | 'workspace' | 'root' | 'env' | 'configuration'> & {
    start(options?: Partial<DaemonOptions>): Promise<TestDaemon>
  }

export async function openDaemonWorld(given: TestServiceOptions = {}): Promise<DaemonWorld> {
  const service = await openTestService(given)
  const { model, workspace, root, env, configuration, dataDir } = service
  const daemons: TestDaemon[] = []
  return {
    model,
    workspace,
    root,
    env,
    configuration,
    async start(options) {
      const daemon = await startTestDaemon({ dataDir, configuration, env, ...options })
      daemons.push(daemon)
      return daemon
    },
    async [Symbol.asyncDispose]() {
      for (const daemon of daemons) await daemon[Symbol.asyncDispose]()
      // Takes up whatever the daemons have left running, and ends it.
      await service.open()
      await service[Symbol.asyncDispose]()
    },
  }
}

/** Waits for the end of each run. */
export async function waitForRuns(
  hostler: Hostler,
  runs: readonly Pick<Run, 'id'>[],
): Promise<Run[]> {
  return await Promise.all(runs.map(({ id }) => hostler.runs.wait(id, { timeoutMs: 30_000 })))
}

/** Waits until a run is in one of these states, or waits for a human. */
export async function waitForEvent(
  hostler: Hostler,
  sessionId: string,
  isIt: (event: SessionEvent) => boolean,
): Promise<SessionEvent> {
  const signal = AbortSignal.timeout(30_000)
  const seen: string[] = []
  for await (const event of hostler.sessions.events(sessionId, { signal })) {
    seen.push(event.type)
    if (isIt(event)) return event
  }
  throw new Error(`no such event in session ${sessionId}: ${seen.join(' ')}`)
}
