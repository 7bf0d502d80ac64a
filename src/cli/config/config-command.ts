import type { Command } from 'commander'
import type { Io } from '../io.ts'
import type { PlaceFlags } from './read-flags.ts'

type Flags = PlaceFlags & { json?: true }

/**
 * `hostler config`: what is configured, whether it is right, and what could be. What reads it is loaded
 * when it is asked for: every other command would start later for it.
 */
export function addConfigCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const config = program
    .command('config')
    .description('check and show hostler.yaml')
    .addHelpText(
      'after',
      '\nExamples:\n  hostler config check\n  hostler config show --json\n  hostler config schema > hostler.schema.json',
    )
  withPlace(config.command('check'))
    .description('say what is wrong in it; exit with 2 when something is')
    .option('--json', 'as a JSON object')
    .action(async (flags: Flags) => {
      const { checkConfig, checkConfigAsJson } = await import('./check-config.ts')
      if (flags.json === true) checkConfigAsJson(flags, io, exit)
      else checkConfig(flags, io)
    })
  withPlace(config.command('show'))
    .description('print what is in force: defaults filled in, secrets left out')
    .option('--json', 'as a JSON object')
    .action(async (flags: Flags) => {
      const { showConfig } = await import('./show-config.ts')
      io.stdout.write(showConfig(flags, io))
    })
  config
    .command('schema')
    .description('print its JSON Schema')
    .action(async () => {
      const { configurationJsonSchema } = await import('../../service/configuration/json-schema.ts')
      io.stdout.write(`${JSON.stringify(configurationJsonSchema(), null, 2)}\n`)
    })
}

function withPlace(command: Command): Command {
  return command
    .option('--config <file>', 'the file; default: HOSTLER_CONFIG, or where hostler looks for it')
    .option('--data-dir <dir>', 'where hostler keeps its data')
}
