// A supervisor to be killed, and the one that takes over: node supervisor-child.ts <SupervisorTask as JSON>
import { attachAgent, startAgent } from '../../src/agent/index.ts'
import type { SessionOptions } from '../contenders/session.ts'

type SupervisorTask = { do: 'start'; session: SessionOptions } | { do: 'attach'; agentDir: string }

const task: SupervisorTask = JSON.parse(process.argv[2] ?? '{}')
if (task.do === 'start') await start(task.session)
else await attach(task.agentDir)

/** Says where the agent is as soon as its turn is under way. */
async function start({ claudeBin, cwd, dir, env }: SessionOptions): Promise<void> {
  const agent = await startAgent({ dir, cwd, claudeBin }, { env })
  let isTold = false
  for await (const event of agent.turn('stream')) {
    if (event.type === 'text_delta' && !isTold) process.send?.(agent.dir)
    isTold ||= event.type === 'text_delta'
  }
}

async function attach(agentDir: string): Promise<void> {
  const startedAt = performance.now()
  const agent = await attachAgent(agentDir)
  const attachMs = performance.now() - startedAt
  if (agent.currentTurn === null) throw new Error('the turn was not taken up')
  process.send?.(attachMs)
  await agent.stop()
  process.disconnect?.()
}
