import type { Command } from 'commander'

export type ServeFlags = {
  config?: string
  dataDir?: string
  databaseUrl?: string
  host?: string
  port?: string
}

/** The flags that say with which configuration a daemon starts. */
export function addDaemonFlags(command: Command): Command {
  return command
    .option('--config <file>', 'the configuration (HOSTLER_CONFIG); see: hostler init')
    .option('--data-dir <dir>', 'where everything is kept')
    .option('--database-url <url>', 'PostgreSQL instead of a file (HOSTLER_DATABASE_URL)')
}
