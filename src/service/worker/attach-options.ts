import type { AttachOptions } from '../../agent/index.ts'
import type { ProfileAgentOptions } from '../configuration/to-agent-options.ts'

/** What an agent cannot remember of the options it was started with. */
export function attachOptionsOf(options: ProfileAgentOptions): AttachOptions {
  const { timeoutMs, startTimeoutMs, stallTimeoutMs, firstEventTimeoutMs } = options
  const { maxLineBytes, maxLogBytes } = options
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(startTimeoutMs === undefined ? {} : { startTimeoutMs }),
    ...(stallTimeoutMs === undefined ? {} : { stallTimeoutMs }),
    ...(firstEventTimeoutMs === undefined ? {} : { firstEventTimeoutMs }),
    ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
    ...(maxLogBytes === undefined ? {} : { maxLogBytes }),
  }
}
