import { listAgents, stopAgent } from '../../src/agent/index.ts'

/** Ends at the end of its scope what a hostler that was killed has left running under `dataDir`. */
export function endAgentsOf(dataDir: string): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      for (const { id } of await listAgents(dataDir)) await stopAgent(dataDir, id)
    },
  }
}
