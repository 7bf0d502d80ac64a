import type { Run } from '../service/contract/run.ts'
import type { StoredRequest } from '../service/contract/request.ts'
import { describeActivity, describeRun } from './describe-activity.ts'
import type { ToolCall } from './tool.ts'

/** `asked` lists what the run waits to be answered. */
export type Waited = { run: Run; asked: StoredRequest[] }

export type WaitOptions = {
  timeoutMs: number
  /** Whether to come back as soon as the run asks something of a human. */
  untilAsked: boolean
}

// Clients give up on calls of which they hear nothing, most of them after a minute.
const tellAgainMs = 15_000

/**
 * Waits for a run's end, for a request that it has opened, or until time is up or the server stops, and
 * tells meanwhile what it does. @throws not_found, and what an aborted signal says
 */
export async function waitForRun(
  call: ToolCall,
  id: string,
  { timeoutMs, untilAsked }: WaitOptions,
): Promise<Waited> {
  const { hostler, signal } = call
  // Before the run is read: what happens after that is in the events.
  const { sessionId } = await hostler.runs.get(id, { signal })
  const { lastSeq } = await hostler.sessions.get(sessionId, { signal })
  const first = await look(call, id)
  if (isOver(first, untilAsked)) return first
  using over = startTimer(call, timeoutMs)
  let activity = describeRun(first.run)
  call.tell(activity)
  const again = setInterval(() => call.tell(activity), tellAgainMs)
  try {
    const events = hostler.sessions.events(sessionId, {
      after: lastSeq,
      transient: false,
      signal: over.signal,
    })
    for await (const event of events) {
      if (event.runId !== first.run.id) continue
      const told = describeActivity(event)
      if (told !== null) call.tell((activity = told))
      if (event.type === 'run_ended') break
      if (event.type !== 'request_opened' && event.type !== 'run_waiting') continue
      // An answer may have come already, or the wait be for something else.
      const now = await look(call, id)
      if (isOver(now, untilAsked)) return now
    }
  } catch (error) {
    if (signal.aborted || !over.signal.aborted) throw error
  } finally {
    clearInterval(again)
  }
  signal.throwIfAborted()
  return await look(call, id)
}

/** A run as it is, with what it asks. */
export async function look({ hostler, signal }: ToolCall, id: string): Promise<Waited> {
  const run = await hostler.runs.get(id, { signal })
  if (run.endedAt !== null) return { run, asked: [] }
  const { items } = await hostler.requests.list({ runId: run.id, state: 'open' }, { signal })
  return { run, asked: items }
}

function isOver({ run, asked }: Waited, untilAsked: boolean): boolean {
  return run.endedAt !== null || (untilAsked && asked.length > 0)
}

// By hand and not with `AbortSignal.any`: the server's signal lives as long as the server, and every wait
// has to let go of it.
function startTimer(
  { signal, closing }: ToolCall,
  timeoutMs: number,
): Disposable & { signal: AbortSignal } {
  const over = new AbortController()
  const end = (): void => over.abort()
  const signals = [signal, closing]
  for (const one of signals) one.addEventListener('abort', end, { once: true })
  if (signals.some((one) => one.aborted)) end()
  const timer = setTimeout(end, timeoutMs)
  return {
    signal: over.signal,
    [Symbol.dispose]() {
      clearTimeout(timer)
      for (const one of signals) one.removeEventListener('abort', end)
    },
  }
}
