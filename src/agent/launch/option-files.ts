import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AgentOptions } from '../options/options.ts'

/** Paths of the files that the CLI reads its settings from, where the options have any. */
export type OptionFiles = { settings?: string; mcpConfig?: string }

/**
 * Writes settings and MCP servers into the agent's folder, readable by its owner only: both may hold
 * secrets, and arguments can be read by every user of the machine.
 */
export async function writeOptionFiles(
  folder: string,
  options: Pick<AgentOptions, 'settings' | 'mcpServers' | 'resumeInterruptedTurn'>,
): Promise<OptionFiles> {
  const files: OptionFiles = {}
  if (typeof options.settings === 'object') {
    files.settings = join(folder, 'settings.json')
    await writePrivate(files.settings, options.settings)
  }
  const servers: [string, object][] = []
  for (const [name, server] of Object.entries(options.mcpServers ?? {})) {
    if (server.type !== 'sdk') servers.push([name, server])
    // In-process servers are announced in `initialize`; the CLI cannot start them. A turn that it takes
    // up by itself begins before it has heard that, and had none of their tools.
    else if (options.resumeInterruptedTurn === true) servers.push([name, { type: 'sdk', name }])
  }
  if (servers.length > 0) {
    files.mcpConfig = join(folder, 'mcp.json')
    await writePrivate(files.mcpConfig, { mcpServers: Object.fromEntries(servers) })
  }
  return files
}

async function writePrivate(path: string, content: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
}
