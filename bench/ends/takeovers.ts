import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { SessionOptions } from '../contenders/session.ts'
import { say } from '../report/progress.ts'

export type Takeover = { totalMs: number; attachMs: number }

/** Kills supervisors, and has others take over. */
export async function measureTakeovers(
  session: SessionOptions,
  options: { rounds: number },
): Promise<Takeover[]> {
  const takeovers: Takeover[] = []
  for (let round = 0; round < options.rounds; round++) {
    say(`ends: takeover, round ${round} of ${options.rounds}`)
    const first = startSupervisor({ do: 'start', session })
    const [agentDir]: unknown[] = await once(first, 'message')
    const gone = once(first, 'exit')
    const killedAt = performance.now()
    first.kill('SIGKILL')
    const second = startSupervisor({ do: 'attach', agentDir })
    const [attachMs]: unknown[] = await once(second, 'message')
    takeovers.push({ totalMs: performance.now() - killedAt, attachMs: Number(attachMs) })
    await Promise.all([gone, once(second, 'exit')])
  }
  return takeovers
}

function startSupervisor(task: unknown): ReturnType<typeof fork> {
  const file = fileURLToPath(new URL('supervisor-child.ts', import.meta.url))
  return fork(file, [JSON.stringify(task)])
}
