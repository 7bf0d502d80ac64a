import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'

/** What was measured on what. Nothing that names the machine or its owner. */
export type Machine = Record<string, string>

export function describeMachine(versions: Record<string, string>): Machine {
  return {
    taken: new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC',
    machine: `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? 'an unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${type()} ${release()}`,
    node: process.version,
    ...versions,
    'load before': loadavg()
      .map((one) => one.toFixed(2))
      .join(' '),
  }
}

/** The version in a package's manifest. */
export function packageVersion(manifest: URL): string {
  const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'))
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed
    ? String(parsed.version)
    : 'unknown'
}
