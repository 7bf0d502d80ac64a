import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAgentCalls, HostlerError } from '../../../src/client/index.ts'
import type { AgentCalls } from '../../../src/service/contract/agent-calls.ts'

const patienceMs = 60_000

/** Asks a human over HTTP, as scripts of agents do, whatever dies meanwhile. */
export async function callHuman(name: string, signal: AbortSignal): Promise<string> {
  const question = { text: `${name}?`, options: ['yes', 'no'] }
  const asked = await whileReached(signal, (calls) =>
    calls.ask(question, { waitMs: patienceMs, signal }),
  )
  return asked === null ? 'alone' : `heard ${asked.state}`
}

/** Makes two tasks, and waits for them. Made again they are the same. */
export async function splitWork(name: string, signal: AbortSignal): Promise<string> {
  for (const part of [1, 2]) {
    const title = `${name}.${part}`
    const task = { title, prompt: `${title} reply ${part * 150}` }
    const made = await whileReached(signal, (calls) =>
      calls.createTask(task, { callKey: title, signal }),
    )
    if (made === null) return 'alone'
  }
  const tasks = await whileReached(signal, (calls) => calls.tasks({ waitMs: patienceMs, signal }))
  return `split ${tasks?.map(({ state }) => state).join(' ') ?? 'alone'}`
}

/**
 * Does it until a server is there for it, each time with the variables of that moment. Null where nobody
 * is to be called: no server listens in a worker.
 */
async function whileReached<T>(
  signal: AbortSignal,
  step: (calls: AgentCalls) => Promise<T>,
): Promise<T | null> {
  const until = performance.now() + patienceMs
  while (performance.now() < until) {
    const { HOSTLER_URL: url, HOSTLER_TOKEN: token } = readVariables()
    if (url === undefined || token === undefined) return null
    try {
      await using calls = connectAgentCalls({ url, token })
      return await step(calls)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof HostlerError && error.code === 'run_ended') throw error
    }
    await sleep(100, undefined, { signal })
  }
  return null
}

function readVariables(): Record<string, string> {
  const path = process.env['HOSTLER_RUN_ENV']
  if (path === undefined) return {}
  const found = readFileSync(path, 'utf8').matchAll(/^export (\w+)='([^']*)'$/gm)
  return Object.fromEntries([...found].map(([, name = '', value = '']) => [name, value]))
}
