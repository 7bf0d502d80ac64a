import type { Command } from 'commander'
import { adoptChanges } from '../../store/maintenance/adopt-changes.ts'
import { openStore } from '../../store/open-store.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { databaseOf, type DatabaseFlags } from './database-flags.ts'

/** `hostler db migrate`: brings the tables up to this program's version. */
export function addMigrateCommand(db: Command, io: Io, exit: (code: number) => void): void {
  db.command('migrate')
    .description('bring the tables up to date, or make them in an empty database')
    .option('--data-dir <dir>', 'where the SQLite file is')
    .option('--database-url <url>', 'PostgreSQL instead of a file (HOSTLER_DATABASE_URL)')
    .option('--json', 'as a JSON object')
    .addHelpText('after', '\nAlso after a PostgreSQL dump was restored in another server.')
    .action(async (flags: DatabaseFlags & { json?: true }) => {
      const place = databaseOf(flags, io)
      await using store = await openStore(
        place.kind === 'file' ? { path: place.path } : { url: place.url },
      )
      const adopted = await adoptChanges(store)
      const result = { database: place.name, adoptedChanges: adopted }
      if (flags.json === true) io.stdout.write(`${JSON.stringify(result)}\n`)
      else io.stdout.write(`${place.name} is up to date\n`)
      exit(exitCodes.ok)
    })
}
