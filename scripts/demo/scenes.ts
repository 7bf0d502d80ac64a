import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { attachAgent, listAgents, startAgent, type CanUseTool } from '../../src/agent/index.ts'
import { toolTarget } from '../../src/cli/tool-target.ts'
import type { Hostler } from './hostler.ts'
import { prompts } from './script.ts'

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** A run with a tool call. */
export async function showRun(hostler: Hostler): Promise<void> {
  await hostler.run(['run', '--allowed-tools', 'Bash', prompts.run])
}

/** `kill -9` in mid-tool, and a second hostler that goes on. */
export async function showTakeover(hostler: Hostler): Promise<void> {
  const first = hostler.start(['run', '--allowed-tools', 'Bash', prompts.takeover])
  const exit = once(first, 'exit')
  const id = await waitForTool(hostler, exit)
  first.kill('SIGKILL')
  await exit
  say(`  — hostler (process ${first.pid}) was killed with -9; the agent goes on —\n`)
  await hostler.run(['agents'])
  say('')
  await hostler.run(['attach', id, '--from', 'start'])
}

/** A question, and a program that answers it. */
export async function showQuestion(hostler: Hostler): Promise<void> {
  const answer: CanUseTool = async (_name, input, { request }) => {
    if (request.kind !== 'question') return { behavior: 'allow' }
    const answers: Record<string, string> = {}
    for (const { question, options } of request.questions) {
      const chosen = options.at(-1)?.label ?? 'Green'
      say(`  asked:    ${question} (${options.map(({ label }) => label).join(' / ')})`)
      say(`  answered: ${chosen}`)
      answers[question] = chosen
    }
    return { behavior: 'allow', updatedInput: { ...input, answers } }
  }
  say('const agent = await startAgent({ dir, cwd, canUseTool })')
  await using agent = await startAgent(
    { ...hostler.options, canUseTool: answer },
    { env: hostler.env },
  )
  const result = await agent.turn(prompts.question).result
  say(result.text)
  const cost = result.costUsd === null ? 'cost unknown' : `$${result.costUsd.toFixed(4)}`
  say(`  outcome ${result.outcome} · ${cost} · ${(result.durationMs / 1000).toFixed(1)} s`)
}

/** Looks on, as `hostler attach` would, until the agent is at work with a tool. */
async function waitForTool(hostler: Hostler, exit: Promise<unknown>): Promise<string> {
  const over = exit.then(() => 'over' as const)
  for (;;) {
    // Until there is something to look at.
    const agents = await listAgents(hostler.options.dir)
    const agent = agents.find(({ state }) => state === 'running')
    if (agent !== undefined) {
      await using follower = await attachAgent(agent.dir, { readOnly: true })
      for await (const event of follower.events({ from: 'start' })) {
        if (event.type !== 'tool_started') continue
        say(`  … ${event.toolName} ${toolTarget(event.input)}`)
        return agent.id
      }
    }
    if ((await Promise.race([over, sleep(50)])) === 'over') throw new Error('the run has ended')
  }
}
