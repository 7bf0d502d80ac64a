import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { addBackupCommand } from './backup-command.ts'
import { addCheckCommand } from './check-command.ts'
import { addCopyCommand } from './copy-command.ts'
import { addMigrateCommand } from './migrate-command.ts'

/** `hostler db`: looks after the database. */
export function addDbCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const db = program.command('db').description('migrate, check, back up or move the database')
  addMigrateCommand(db, io, exit)
  addCheckCommand(db, io, exit)
  addBackupCommand(db, io, exit)
  addCopyCommand(db, io, exit)
}
