import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { SuperviseOrder, SuperviseReport } from './supervise.ts'

const script = fileURLToPath(new URL('supervise.ts', import.meta.url))

/** A supervising process apart from the test's own. */
export type Supervisor = AsyncDisposable & {
  pid: number
  report: SuperviseReport
  /** Resolves when it has gone, for whatever reason. */
  exited: Promise<unknown>
  /** SIGKILL; resolves when it has gone. The agent goes on. */
  kill(): Promise<void>
}

/** Starts a process that supervises an agent by the library, and waits until it has begun. */
export async function startSupervisor(
  order: SuperviseOrder,
  env: Record<string, string>,
): Promise<Supervisor> {
  const child = spawn(process.execPath, [script, JSON.stringify(order)], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const [line] = await Promise.race([
    once(lines, 'line'),
    exited.then(() => {
      throw new Error('the supervisor ended before it began')
    }),
  ])
  const report: SuperviseReport = JSON.parse(String(line))
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
    child.stdin.destroy()
    child.stdout.destroy()
    lines.close()
  }
  return { pid: child.pid ?? 0, report, exited, kill, [Symbol.asyncDispose]: kill }
}
