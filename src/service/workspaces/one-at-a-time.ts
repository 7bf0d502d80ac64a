import { once } from 'node:events'

/** Per owner (a store), so that it goes when that does: what is waited for, by what it concerns. */
const queues = new WeakMap<object, Map<string, Promise<void>>>()

/**
 * Does one piece of work after another on what `key` names: two fetches into one clone would fail on
 * each other's locks. Only one hostler has the data directory, so this process is all there is.
 */
export async function oneAtATime<T>(
  owner: object,
  key: string,
  options: { work: () => Promise<T>; signal?: AbortSignal | undefined },
): Promise<T> {
  const queue = queues.get(owner) ?? new Map<string, Promise<void>>()
  queues.set(owner, queue)
  const before = queue.get(key) ?? Promise.resolve()
  const { promise: done, resolve } = Promise.withResolvers<void>()
  const mine = before.then(() => done)
  queue.set(key, mine)
  void forget(queue, key, mine)
  try {
    await beforeAbort(before, options.signal)
    return await options.work()
  } finally {
    resolve()
  }
}

async function forget(
  queue: Map<string, Promise<void>>,
  key: string,
  turn: Promise<void>,
): Promise<void> {
  await turn
  if (queue.get(key) === turn) queue.delete(key)
}

async function beforeAbort(turn: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return await turn
  signal.throwIfAborted()
  using stack = new DisposableStack()
  const stop = stack.adopt(new AbortController(), (one) => one.abort())
  await Promise.race([turn, once(signal, 'abort', { signal: stop.signal }).catch(() => undefined)])
  signal.throwIfAborted()
}
