import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { addServerFlags, type ServerFlags } from './server-flags.ts'

/** `hostler mcp`: the daemon as an MCP server, for another agent or an editor. */
export function addMcpCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('mcp')
    .description('be an MCP server over stdin and stdout, through which others submit and follow')
    .addHelpText(
      'after',
      `
Whoever starts it may do what the token may. The daemon offers the same at /mcp, over HTTP.

Examples:
  claude mcp add hostler -- hostler mcp
  claude mcp add hostler -e HOSTLER_TOKEN=hst_… -- hostler mcp --server https://inn.example`,
    )
  addServerFlags(command).action(async (flags: ServerFlags) => {
    // Loaded when it is asked for: all other commands would start later for it.
    const { serveMcp } = await import('./serve-mcp.ts')
    exit(await serveMcp(flags, io))
  })
}
