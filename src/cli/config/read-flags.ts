import {
  loadConfiguration,
  type LoadedConfiguration,
} from '../../service/configuration/load-configuration.ts'
import type { Io } from '../io.ts'

/** Flags that say where the configuration and the data are. */
export type PlaceFlags = { config?: string; dataDir?: string }

/** The configuration that a command is to go by. @throws config_invalid */
export function readFlags({ config, dataDir }: PlaceFlags, io: Io): LoadedConfiguration {
  return loadConfiguration({ path: config, dataDir, config: io.config })
}
