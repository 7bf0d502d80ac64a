import type { Command } from 'commander'
import { resolveDataDir } from '../../config.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { createPaint, type Paint } from '../terminal/paint.ts'
import { safeLine } from '../terminal/safe-text.ts'
import { checkAgents } from './check-agents.ts'
import { checkClaude } from './check-claude.ts'
import { checkFolders } from './check-folders.ts'
import { checkNode, checkPlatform, checkRoot } from './check-machine.ts'
import type { Check } from './check.ts'

/** `hostler doctor`: what is, and how to mend it. Looks only; nothing is started at the API. */
export function addDoctorCommand(program: Command, io: Io, exit: (code: number) => void): void {
  program
    .command('doctor')
    .description('look whether everything is there that a run needs')
    .option('--json', 'as a JSON array')
    .option('--data-dir <dir>', 'where agents keep their folders')
    .addHelpText(
      'after',
      '\nExits with 1 when something would stop a run.\n\nExamples:\n  hostler doctor\n  hostler doctor --json | jq ".[] | select(.state != \\"ok\\")"',
    )
    .action(async (flags: { json?: true; dataDir?: string }) => {
      const dataDir = resolveDataDir(flags.dataDir, io.config)
      const checks: Check[] = [
        checkNode(process.versions.node),
        checkPlatform(process.platform),
        checkRoot(process.getuid?.(), io.config),
        ...(await checkClaude(io.config)),
        ...(await checkFolders(dataDir, io.config)),
        await checkAgents(dataDir),
      ]
      if (flags.json === true) io.stdout.write(`${JSON.stringify(checks, null, 2)}\n`)
      else {
        const paint = createPaint(io.config.usesColour(io.stdout))
        for (const check of checks) io.stdout.write(`${toLine(check, paint)}\n`)
      }
      exit(checks.some(({ state }) => state === 'fail') ? exitCodes.failed : exitCodes.ok)
    })
}

function toLine({ name, state, message, cure }: Check, paint: Paint): string {
  const marks = { ok: paint.green('✓'), warn: paint.yellow('!'), fail: paint.red('✗') }
  const mend = cure === null ? '' : `; ${safeLine(cure)}`
  return `${marks[state]} ${name}: ${safeLine(message)}${mend}`
}
