import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import type { ProcessExit } from '../../events/turn-result.ts'
import type { AgentPaths } from '../launch/agent-folder.ts'

/** What the launcher noted when the CLI ended; `null` while it runs, or when the launcher was killed. */
export function readExit(paths: AgentPaths): ProcessExit | null {
  let text: string
  try {
    text = readFileSync(paths.exit, 'utf8')
  } catch {
    return null
  }
  const code = Number(text.trim())
  return { code, signal: signalOf(code) }
}

/** A shell reports death by signal n as 128 + n, and the CLI exits so when it has caught one. */
function signalOf(code: number): string | null {
  if (code <= 128) return null
  const found = Object.entries(constants.signals).find(([, number]) => number === code - 128)
  return found?.[0] ?? null
}
