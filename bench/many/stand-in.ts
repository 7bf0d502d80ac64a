import { chmod, writeFile } from 'node:fs/promises'

/**
 * A claude that costs next to nothing, so that 200 of them leave the machine to their supervisor: it
 * answers `initialize`, takes a prompt, and goes at the next line. What it would say while the turn
 * goes on is appended to its log by one process for all: see write-events.ts.
 */
const script = `#!/bin/sh
[ "$1" = --version ] && { echo '2.1.328 (Claude Code)'; exit 0; }
IFS= read -r line
id=\${line#*\\"request_id\\":\\"}
id=\${id%%\\"*}
printf '{"type":"control_response","response":{"subtype":"success","request_id":"%s","response":{}}}\\n' "$id"
IFS= read -r line
printf '{"type":"system","subtype":"session_state_changed","state":"running"}\\n'
IFS= read -r line
`

export async function writeStandIn(path: string): Promise<void> {
  await writeFile(path, script)
  await chmod(path, 0o755)
}
