import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { addDaemonFlags, type ServeFlags } from './daemon-flags.ts'

// The whole program is loaded when it is asked for: `hostler run` would start later for it.

/** `hostler serve`: takes work over HTTP, and does it. */
export function addServeCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('serve')
    .description('take work over HTTP, run it, and keep it over every restart')
    .option('--host <address>', 'where to listen; others than loopback need a token')
    .option('--port <port>', 'default 7717; 0 for any free one')
    .option('--no-worker', 'only take and show work; other processes do it (PostgreSQL only)')
    .addHelpText(
      'after',
      `
Signals: TERM and INT stop it, leaving or draining its agents as configured (a second one: at once);
HUP reads the configuration anew.

Examples:
  hostler serve
  hostler serve --config /etc/hostler.yaml --port 8080
  hostler serve --no-worker --database-url postgres://hostler@db/hostler`,
    )
  addDaemonFlags(command).action(async (flags: ServeFlags & { worker: boolean }) => {
    const { runDaemon } = await import('./run-daemon.ts')
    await runDaemon(flags.worker ? 'serve' : 'api', flags, io)
    exit(exitCodes.ok)
  })
}

/** `hostler worker`: only does work that others take. */
export function addWorkerCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('worker')
    .description('do work that others take: needs the PostgreSQL URL, and no port')
    .addHelpText(
      'after',
      `
Drains when it is told to stop: turns under way end, what is left is handed over.

Example:
  hostler worker --database-url postgres://hostler@db/hostler`,
    )
  addDaemonFlags(command).action(async (flags: ServeFlags) => {
    const { runDaemon } = await import('./run-daemon.ts')
    await runDaemon('worker', flags, io)
    exit(exitCodes.ok)
  })
}
