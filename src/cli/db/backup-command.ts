import { resolve } from 'node:path'
import type { Command } from 'commander'
import { backupStore } from '../../store/maintenance/backup-store.ts'
import { exitCodes } from '../exit-codes.ts'
import { formatBytes } from '../figures.ts'
import type { Io } from '../io.ts'
import { usageError } from '../usage-error.ts'
import { databaseOf, type DatabaseFlags } from './database-flags.ts'

/** `hostler db backup`: a copy of the SQLite file as it is at one moment. */
export function addBackupCommand(db: Command, io: Io, exit: (code: number) => void): void {
  db.command('backup')
    .description('copy the SQLite file, also while hostler works')
    .argument('<file>', 'where to; must not be there yet')
    .option('--data-dir <dir>', 'where the SQLite file is')
    .option('--database-url <url>', 'refused: PostgreSQL is backed up by its own means')
    .option('--json', 'as a JSON object')
    .addHelpText('after', '\nTo restore, stop hostler and put the copy in the place of hostler.db.')
    .action((file: string, flags: DatabaseFlags & { json?: true }) => {
      const place = databaseOf(flags, io)
      if (place.kind === 'server') {
        throw usageError(
          `${place.name} is a PostgreSQL database`,
          'back it up with pg_dump, or as its server is backed up',
        )
      }
      const to = resolve(file)
      const { bytes } = backupStore(place.path, to)
      if (flags.json === true) io.stdout.write(`${JSON.stringify({ file: to, bytes })}\n`)
      else io.stdout.write(`${to}: ${formatBytes(bytes)}\n`)
      exit(exitCodes.ok)
    })
}
