import { stringify } from 'yaml'
import { secretsOf } from '../../service/configuration/secrets-of.ts'
import { redactValue } from '../../util/redact.ts'
import type { Io } from '../io.ts'
import { readFlags, type PlaceFlags } from './read-flags.ts'

/** What is in force, as YAML or JSON, without secrets. @throws config_invalid */
export function showConfig(flags: PlaceFlags & { json?: true }, io: Io): string {
  const { configuration } = readFlags(flags, io)
  const shown = redactValue(configuration, secretsOf(configuration))
  return flags.json === true ? `${JSON.stringify(shown, null, 2)}\n` : stringify(shown)
}
