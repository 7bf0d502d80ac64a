import { HostlerError } from '../../errors.ts'
import { errorExitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { describeConfiguration } from './describe-configuration.ts'
import { missingPlaces } from './missing-places.ts'
import { readFlags, type PlaceFlags } from './read-flags.ts'

/** Says what is configured, and what should be known of it. @throws config_invalid */
export function checkConfig(flags: PlaceFlags, io: Io): void {
  const { configuration, path, warnings } = readFlags(flags, io)
  io.stdout.write(`✓ ${path ?? 'no hostler.yaml: all is as by default'}\n`)
  for (const line of describeConfiguration(configuration)) io.stdout.write(`  ${line}\n`)
  for (const warning of [...warnings, ...missingPlaces(configuration)]) {
    io.stdout.write(`! ${warning}\n`)
  }
}

/** The same for programs; what is wrong is on standard output as well. */
export function checkConfigAsJson(flags: PlaceFlags, io: Io, exit: (code: number) => void): void {
  const say = (value: object): void => {
    io.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
  }
  try {
    const { configuration, path, warnings } = readFlags(flags, io)
    say({ ok: true, path, warnings: [...warnings, ...missingPlaces(configuration)] })
  } catch (error) {
    if (!(error instanceof HostlerError)) throw error
    const { code, message, cure, params } = error
    say({ ok: false, error: { ...params, code, message, cure } })
    exit(errorExitCodes[code])
  }
}
