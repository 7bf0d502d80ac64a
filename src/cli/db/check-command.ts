import type { Command } from 'commander'
import { checkStore, type StoreCheck } from '../../store/maintenance/check-store.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { databaseOf, openPlace, type DatabaseFlags } from './database-flags.ts'
import { createProgressLine } from './progress-line.ts'

/** `hostler db check`: whether the database is sound. */
export function addCheckCommand(db: Command, io: Io, exit: (code: number) => void): void {
  db.command('check')
    .description('look for damage; changes nothing, and may be done while hostler works')
    .option('--data-dir <dir>', 'where the SQLite file is')
    .option('--database-url <url>', 'PostgreSQL instead of a file (HOSTLER_DATABASE_URL)')
    .option('--json', 'as a JSON object')
    .addHelpText('after', '\nExits with 1 when something is wrong.')
    .action(async (flags: DatabaseFlags & { json?: true }) => {
      const place = databaseOf(flags, io)
      await using store = await openPlace(place, { migrate: 'check' })
      const progress = createProgressLine(io)
      const found = await checkStore(store, {
        onProgress: (step) => progress.show(`looking: ${step}`),
      }).finally(() => progress.clear())
      const isSound = found.findings.length === 0
      if (flags.json === true) {
        const result = { database: place.name, sound: isSound, ...found }
        io.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
      } else print(place.name, found, io)
      exit(isSound ? exitCodes.ok : exitCodes.failed)
    })
}

function print(name: string, { findings, counts }: StoreCheck, io: Io): void {
  for (const { problem, count, examples } of findings) {
    io.stdout.write(`${problem}: ${count} (${examples.join(', ')})\n`)
  }
  const { sessions = 0, runs = 0, events = 0 } = counts
  const verdict = findings.length === 0 ? 'is sound' : 'is NOT sound'
  io.stdout.write(`${name} ${verdict}: ${sessions} sessions, ${runs} runs, ${events} events\n`)
}
