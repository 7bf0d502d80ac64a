import { startAgent, type VersionCache } from '../../src/agent/index.ts'
import { createStopwatch, type OpenSession } from './session.ts'

/**
 * hostler as its users drive it. With `isListening` somebody iterates over every turn; without, only
 * the result is awaited, and the moment of the result line is not told apart from the end.
 */
export function openHostler(options: {
  isListening: boolean
  /** As a supervisor keeps one; without it every start asks the CLI for its version. */
  versions?: VersionCache
}): OpenSession {
  const { isListening, versions } = options
  return async ({ claudeBin, env, cwd, dir }) => {
    const agent = await startAgent(
      { dir, cwd, claudeBin },
      { env, ...(versions === undefined ? {} : { versions }) },
    )
    return {
      ready: agent.ready,
      async turn(prompt) {
        const watch = createStopwatch()
        const turn = agent.turn(prompt)
        if (isListening) {
          for await (const event of turn) {
            watch.count()
            watch.see({ type: event.type })
          }
        }
        const { outcome, error } = await turn.result
        if (outcome !== 'ok') throw new Error(`the turn ended as ${outcome}: ${error?.message}`)
        if (!isListening) watch.see({ type: 'result' })
        watch.see({ state: 'idle' })
        return watch.figures()
      },
      async close() {
        await agent.stop()
      },
    }
  }
}
