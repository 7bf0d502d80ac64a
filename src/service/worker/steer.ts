import type { Agent } from '../../agent/index.ts'
import { steeringRuns } from '../../store/runs/steering-runs.ts'
import { promptOf } from './prompt-of.ts'
import type { Serve, Worker } from './worker-parts.ts'

/** Sends what is submitted meanwhile with `onBusy: steer` into the turn under way, each prompt once. */
export function createSteering(
  worker: Worker,
  serve: Serve,
  { agent }: { agent: Agent },
): { look(): Promise<void> } {
  const sent = new Set<string>()
  return {
    async look() {
      for (const run of await steeringRuns(worker.context.store, serve.session.id)) {
        if (sent.has(run.id) || run.id === serve.run.id) continue
        sent.add(run.id)
        const prompt = await promptOf(worker, serve, { run, agent })
        const { prompt_id: promptId, slash_commands: slashCommands } = run
        // The turn is over: it waits for its own.
        if (!agent.steer(prompt, { promptId, slashCommands })) return
      }
    },
  }
}
