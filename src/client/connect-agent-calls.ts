import { hostlerError } from '../errors.ts'
import type {
  AgentCallOptions,
  AgentCalls,
  AgentWaitOptions,
  AskedQuestion,
  TaskInfo,
} from '../service/contract/agent-calls.ts'
import type { Page } from '../service/contract/hostler.ts'
import { backoffMs, pause } from './backoff.ts'
import { parseToken, parseUrl, type ConnectOptions } from './connect-hostler.ts'
import { isUnreachable, openConnection, type Connection } from './connection.ts'
import { caller } from './typed-calls.ts'

// What the server takes at most is more; proxies commonly allow this.
const longestWaitS = 60

/** Where the agent of a run calls, and with what: HOSTLER_URL and HOSTLER_TOKEN of its Bash commands. */
export type AgentConnectOptions = Pick<ConnectOptions, 'url' | 'token' | 'fetch' | 'signal'>

/**
 * What the agent of a run may do, over HTTP. A wait goes on over a restart of the server. What makes
 * something is done once though it may be sent more than once. @throws invalid_option
 */
export function connectAgentCalls(options: AgentConnectOptions): AgentCalls & AsyncDisposable {
  const connection = openConnection({
    url: parseUrl(options.url),
    token: parseToken(options.token),
    fetch: options.fetch ?? globalThis.fetch,
    signal: options.signal,
  })
  const { get, post } = caller(connection)
  const readQuestion = (id: string, wait: AgentWaitOptions = {}): Promise<AskedQuestion> =>
    waitFor<AskedQuestion>(connection, `/v1/agent/requests/${encodeURIComponent(id)}`, {
      ...wait,
      isOver: ({ state }) => state !== 'open',
    })

  return {
    self: (call) => get('/v1/agent', call),
    async ask(question, { waitMs = 0, callKey, signal } = {}) {
      const body = { ...question }
      const asked = await postOnce<AskedQuestion>(connection, '/v1/agent/ask', {
        body,
        callKey,
        signal,
      })
      if (waitMs === 0 || asked.state !== 'open') return asked
      return await readQuestion(asked.id, { waitMs, ...(signal === undefined ? {} : { signal }) })
    },
    readQuestion,
    createTask: (task, { callKey, signal } = {}) =>
      postOnce(connection, '/v1/agent/tasks', { body: { ...task }, callKey, signal }),
    async tasks({ ids, ...wait } = {}) {
      const wanted = ({ items }: Page<TaskInfo>): TaskInfo[] =>
        ids === undefined ? items : items.filter(({ id }) => ids.includes(id))
      const page = await waitFor<Page<TaskInfo>>(connection, '/v1/agent/tasks', {
        ...wait,
        isOver: (all) => wanted(all).every(({ state }) => ended.has(state)),
      })
      const unknown = ids?.find((id) => !page.items.some((task) => task.id === id))
      if (unknown === undefined) return wanted(page)
      const cure = 'only tasks that this run has made can be waited for'
      throw hostlerError('not_found', { what: 'task', id: unknown, cure })
    },
    reportProgress: (progress, call) => post('/v1/agent/progress', progress, call),
    setTitle: (title, call) => post('/v1/agent/title', { title }, call),
    async [Symbol.asyncDispose]() {
      connection.close()
    },
  }
}

const ended: ReadonlySet<TaskInfo['state']> = new Set(['succeeded', 'failed', 'cancelled'])

async function postOnce<T>(
  connection: Connection,
  path: string,
  {
    body,
    callKey = crypto.randomUUID(),
    signal,
  }: { body: object } & { [Name in keyof AgentCallOptions]: AgentCallOptions[Name] | undefined },
): Promise<T> {
  return await connection.json({
    method: 'POST',
    path,
    body,
    headers: { 'idempotency-key': callKey },
    isRepeatable: true,
    signal,
  })
}

/** Asks again and again, as long as the server waits each time, until it is over or the time is. */
async function waitFor<T>(
  connection: Connection,
  path: string,
  { waitMs = 0, isOver, signal }: AgentWaitOptions & { isOver: (seen: T) => boolean },
): Promise<T> {
  const endAt = performance.now() + waitMs
  let failures = 0
  for (let isFirst = true; ; isFirst = false) {
    const leftMs = Math.max(0, endAt - performance.now())
    const wait = Math.min(longestWaitS, Math.ceil(leftMs / 1000))
    try {
      // One question after the other, for as long as it takes.
      const seen = await connection.json<T>({
        path,
        query: { wait: wait === 0 ? undefined : wait },
        signal,
        timeoutMs: (wait + longestWaitS) * 1000,
      })
      failures = 0
      if (isOver(seen) || performance.now() >= endAt) return seen
      await pause(50, [signal, connection.closing])
    } catch (error) {
      if (isFirst || !isUnreachable(error) || performance.now() >= endAt) throw error
      await pause(Math.min(backoffMs(failures), leftMs), [signal, connection.closing])
      failures++
    }
  }
}
