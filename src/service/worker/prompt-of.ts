import { type Agent, parsePrompt, type Prompt } from '../../agent/index.ts'
import type { RunRow } from '../../store/tables.ts'
import { placeAttachments } from '../attachments/place-attachments.ts'
import { toPrompt } from '../attachments/to-prompt.ts'
import type { Serve, Worker } from './worker-parts.ts'

/** A run's prompt as its agent gets it, with its files in the workspace. @throws workspace_failed */
export async function promptOf(
  worker: Worker,
  serve: Serve,
  { run, agent }: { run: RunRow; agent: Agent },
): Promise<Prompt> {
  // Its files came with its prompt, which the agent has had.
  if (run.continuation !== null) return parsePrompt(JSON.parse(run.continuation))
  const placed = await placeAttachments(worker.context.store, {
    runId: run.id,
    cwd: agent.cwd,
    signal: serve.letGo.signal,
  })
  return await toPrompt(parsePrompt(JSON.parse(run.prompt)), placed)
}
