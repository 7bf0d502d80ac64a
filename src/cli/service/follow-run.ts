import type { Run } from '../../client/index.ts'
import { HostlerError } from '../../errors.ts'
import { exitCodes, outcomeExitCodes } from '../exit-codes.ts'
import { canAsk } from '../io.ts'
import type { OutputFormat } from '../run/run-flags.ts'
import { safeLine } from '../terminal/safe-text.ts'
import { createScreen } from '../terminal/screen.ts'
import { createRequestAsker } from './ask-requests.ts'
import { createRunReporter } from './run-reporter.ts'
import type { Service } from './with-hostler.ts'

const patienceMs = 30_000

export type FollowOptions = {
  /** The session's events up to here are not of this run. */
  after: number
  format: OutputFormat
  isVerbose: boolean
  /** What Ctrl-C does first. `leave`: the run goes on without us. */
  onInterrupt: 'leave' | 'cancel'
}

/**
 * Shows a run until its end, and asks at the terminal what it asks. Resolves with the run's exit code,
 * or, when the user leaves, with that of what made them leave.
 */
export async function followRun(
  service: Service,
  run: Run,
  { after, format, isVerbose, onInterrupt }: FollowOptions,
): Promise<number> {
  const { hostler, io, leaving, signal } = service
  const isText = format === 'text'
  const screen = createScreen(io, { isQuiet: !isText })
  const { paint } = screen
  const reporter = createRunReporter(format, { io, screen, isVerbose })
  const asker = isText && canAsk(io) ? createRequestAsker(service, { id: run.id, screen }) : null

  function cancel(): void {
    screen.note(paint.dim('· cancelling the run; Ctrl-C again leaves it'))
    hostler.runs.cancel(run.id, { signal }).catch((error: unknown) => {
      screen.note(paint.dim(`· ${error instanceof Error ? error.message : String(error)}`))
    })
  }

  service.onReconnect((problem) => {
    screen.note(paint.dim(`· connecting again: ${safeLine(problem)}`))
  })
  if (onInterrupt === 'cancel') leaving.onInterrupt(cancel)
  try {
    reporter.begin(run.state === 'queued' ? 'queued' : run.state)
    const isOver = run.endedAt !== null
    const events = hostler.sessions.events(run.sessionId, {
      after,
      signal,
      ...(isOver && { until: 'now' }),
    })
    for await (const event of events) {
      if (event.runId !== run.id) continue
      reporter.event(event)
      asker?.event(event)
      if (event.type === 'run_ended') break
    }
    screen.setStatus(null)
    if (signal.aborted) {
      screen.note(`· the run goes on: hostler logs -f ${run.id}, or hostler cancel ${run.id}`)
      return leaving.exitCode ?? exitCodes.unfinished
    }
    const ended = await readPatiently(service, run.id)
    const { sessionKey, sessionId } = ended
    const session = sessionKey === null ? sessionId : `'key:${sessionKey}'`
    reporter.end(ended, `hostler submit --follow --session ${session} "…"`)
    return exitCodeOf(ended)
  } finally {
    asker?.close()
    leaving.onInterrupt(null)
    screen.close()
  }
}

/** The daemon may start anew in the very moment in which the run has ended. */
async function readPatiently({ hostler, signal }: Service, id: string): Promise<Run> {
  const endAt = performance.now() + patienceMs
  for (;;) {
    try {
      // One try after the other; each waits a little by itself.
      return await hostler.runs.get(id, { signal })
    } catch (error) {
      const isAway = error instanceof HostlerError && error.code === 'server_unreachable'
      if (!isAway || performance.now() > endAt) throw error
    }
  }
}

/** As scripts read what became of a run. */
export function exitCodeOf({ endedAt, outcome }: Run): number {
  if (endedAt === null || outcome === null) return exitCodes.unfinished
  // An outcome that only a newer server knows.
  return outcomeExitCodes[outcome] ?? exitCodes.failed
}
