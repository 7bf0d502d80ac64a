import { notify, type AgentCore } from './agent-core.ts'
import { trimStderr } from '../log/stderr-log.ts'

/** Cuts err.log to head and tail when it has grown large. Calls while that goes on share it. */
export function shortenStderr(core: AgentCore): Promise<void> {
  if (core.parts.isReadOnly) return Promise.resolve()
  core.trimming ??= trim(core).finally(() => {
    core.trimming = null
  })
  return core.trimming
}

async function trim(core: AgentCore): Promise<void> {
  const cut = await trimStderr(core.parts.paths, { isOver: core.state === 'ended' })
  if (cut > 0) notify(core, 'stderr_cut', `${cut} bytes were cut from the middle of err.log`)
}
