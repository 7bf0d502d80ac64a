import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Heard } from './clients-child.ts'

/** Clients in a process of their own, all connected. */
export type Clients = AsyncDisposable & {
  /** Ends them, and tells what they heard. */
  finish(): Promise<Heard>
}

export async function startClients(urls: string[]): Promise<Clients> {
  const child = fork(fileURLToPath(new URL('clients-child.ts', import.meta.url)), [
    JSON.stringify({ urls }),
  ])
  const exited = once(child, 'exit')
  await Promise.race([once(child, 'message'), exited])
  if (child.exitCode !== null) throw new Error('the clients could not connect')
  return {
    async finish() {
      const answered = once(child, 'message')
      child.send('finish')
      const heard: Heard = JSON.parse(String((await answered)[0]))
      return heard
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
