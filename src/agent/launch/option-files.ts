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
  options: Pick<AgentOptions, 'settings' | 'mcpServers'>,
): Promise<OptionFiles> {
  const files: OptionFiles = {}
  if (typeof options.settings === 'object') {
    files.settings = join(folder, 'settings.json')
    await writePrivate(files.settings, options.settings)
  }
  // In-process servers are announced in `initialize`; the CLI cannot start them.
  const servers = Object.entries(options.mcpServers ?? {}).filter(([, { type }]) => type !== 'sdk')
  if (servers.length > 0) {
    files.mcpConfig = join(folder, 'mcp.json')
    await writePrivate(files.mcpConfig, { mcpServers: Object.fromEntries(servers) })
  }
  return files
}

async function writePrivate(path: string, content: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
}
