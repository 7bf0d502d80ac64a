import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { unreadable } from '../run/flag-values.ts'

/** Where the daemon is, and what lets us in. */
export type ServerFlags = { server?: string; tokenFile?: string }

/** What all commands of the daemon have. */
export type ServiceFlags = ServerFlags & { json?: true }

/** Gives a command the flags of {@link ServiceFlags}. */
export function addServiceFlags(command: Command): Command {
  return addServerFlags(command.option('--json', 'as JSON'))
}

/** Gives a command the flags of {@link ServerFlags}. */
export function addServerFlags(command: Command): Command {
  return command
    .option('--server <url>', 'where hostler serve listens (default: HOSTLER_URL, or loopback)')
    .option('--token-file <file>', 'a file with the token (default: HOSTLER_TOKEN)')
}

/** The address and the token that the flags or the environment name. */
export function serverOf(flags: ServerFlags, { config }: Io): { url: string; token?: string } {
  const token = flags.tokenFile === undefined ? config.serverToken : readToken(flags.tokenFile)
  return { url: flags.server ?? config.serverUrl, ...(token !== null && { token }) }
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw unreadable('--token-file', path, error)
  }
}
