import type { Command } from 'commander'
import { stringify } from 'yaml'
import { HostlerError } from '../../errors.ts'
import { configurationJsonSchema } from '../../service/configuration/json-schema.ts'
import {
  loadConfiguration,
  type LoadedConfiguration,
} from '../../service/configuration/load-configuration.ts'
import { secretsOf } from '../../service/configuration/secrets-of.ts'
import { redactValue } from '../../util/redact.ts'
import { errorExitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { describeConfiguration } from './describe-configuration.ts'
import { missingPlaces } from './missing-places.ts'

type Flags = { config?: string; dataDir?: string; json?: true }

/** `hostler config`: what is configured, whether it is right, and what could be. */
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
    .action((flags: Flags) => check(flags, io, exit))
  withPlace(config.command('show'))
    .description('print what is in force: defaults filled in, secrets left out')
    .option('--json', 'as a JSON object')
    .action((flags: Flags) => {
      const { configuration } = load(flags, io)
      const shown = redactValue(configuration, secretsOf(configuration))
      io.stdout.write(flags.json === true ? toJson(shown) : stringify(shown))
    })
  config
    .command('schema')
    .description('print its JSON Schema')
    .action(() => void io.stdout.write(toJson(configurationJsonSchema())))
}

function withPlace(command: Command): Command {
  return command
    .option('--config <file>', 'the file; default: HOSTLER_CONFIG, or where hostler looks for it')
    .option('--data-dir <dir>', 'where hostler keeps its data')
}

function load({ config, dataDir }: Flags, io: Io): LoadedConfiguration {
  return loadConfiguration({ path: config, dataDir, config: io.config })
}

function check(flags: Flags, io: Io, exit: (code: number) => void): void {
  if (flags.json === true) return checkAsJson(flags, io, exit)
  const { configuration, path, warnings } = load(flags, io)
  io.stdout.write(`✓ ${path ?? 'no hostler.yaml: all is as by default'}\n`)
  for (const line of describeConfiguration(configuration)) io.stdout.write(`  ${line}\n`)
  for (const warning of [...warnings, ...missingPlaces(configuration)]) {
    io.stdout.write(`! ${warning}\n`)
  }
}

function checkAsJson(flags: Flags, io: Io, exit: (code: number) => void): void {
  try {
    const { configuration, path, warnings } = load(flags, io)
    const all = [...warnings, ...missingPlaces(configuration)]
    io.stdout.write(toJson({ ok: true, path, warnings: all }))
  } catch (error) {
    if (!(error instanceof HostlerError)) throw error
    const { code, message, cure, params } = error
    io.stdout.write(toJson({ ok: false, error: { code, message, cure, ...params } }))
    exit(errorExitCodes[code])
  }
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
