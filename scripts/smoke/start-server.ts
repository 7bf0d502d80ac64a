import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Place } from './commands.ts'

const startMs = 30_000

/** Starts a command that serves until it is told to end, and waits for the address that it prints. */
export async function startServer(
  file: string,
  args: string[],
  { dir, env }: Place,
): Promise<{ url: string; close(): Promise<void> }> {
  const child = spawn(file, args, { cwd: dir, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const limit = setTimeout(() => child.kill('SIGKILL'), startMs)
  const close = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]
    if (url === undefined) continue
    clearTimeout(limit)
    child.stdout.resume()
    return { url, close }
  }
  clearTimeout(limit)
  await close()
  throw new Error(`${[file, ...args].join(' ')} printed no address`)
}
