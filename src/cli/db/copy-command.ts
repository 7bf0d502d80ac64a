import type { Command } from 'commander'
import { lockDataDir } from '../../service/data-dir-lock.ts'
import { copyStore } from '../../store/maintenance/copy-store.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { usageError } from '../usage-error.ts'
import { assertFile, fileOf, openPlace, toServer } from './database-flags.ts'
import { createProgressLine } from './progress-line.ts'

/** `hostler db copy`: from the SQLite file to PostgreSQL. */
export function addCopyCommand(db: Command, io: Io, exit: (code: number) => void): void {
  db.command('copy')
    .description('copy everything from the SQLite file to an empty PostgreSQL database')
    .option('--to <url>', 'the PostgreSQL database (HOSTLER_DATABASE_URL)')
    .option('--data-dir <dir>', 'where the SQLite file is')
    .option('--json', 'as a JSON object')
    .addHelpText(
      'after',
      `
Stop hostler first; its agents may go on. The file stays as it is. Afterwards start hostler with the URL.

Examples:
  HOSTLER_DATABASE_URL=postgres://hostler:secret@db/hostler hostler db copy`,
    )
    .action(async (flags: { to?: string; dataDir?: string; json?: true }) => {
      const from = fileOf(flags, io)
      const to = targetOf(flags, io)
      assertFile(from.path)
      await using _ = await lockDataDir(from.dataDir, { program: 'hostler db copy' })
      await using source = await openPlace(from, { migrate: 'yes' })
      await using target = await openPlace(to, { migrate: 'yes' })
      const progress = createProgressLine(io)
      const { counts } = await copyStore(source, target, {
        onProgress: ({ table, done, total }) => progress.show(`${table}: ${done} of ${total}`),
      }).finally(() => progress.clear())
      if (flags.json === true) {
        io.stdout.write(`${JSON.stringify({ from: from.name, to: to.name, counts }, null, 2)}\n`)
      } else {
        for (const [table, count] of Object.entries(counts)) {
          if (count > 0) io.stdout.write(`${table}: ${count}\n`)
        }
        io.stdout.write(`copied to ${to.name}, and counted there\n`)
      }
      exit(exitCodes.ok)
    })
}

function targetOf(flags: { to?: string }, io: Io): ReturnType<typeof toServer> {
  if (flags.to !== undefined) return toServer(flags.to, '--to')
  if (io.config.databaseUrl !== null) return toServer(io.config.databaseUrl, 'HOSTLER_DATABASE_URL')
  throw usageError('no database to copy to', 'set HOSTLER_DATABASE_URL, or give --to')
}
