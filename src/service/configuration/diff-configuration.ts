import { isDeepStrictEqual } from 'node:util'
import type { Configuration } from '../contract/configuration.ts'

/** What has changed, as keys: `profiles.default`, `limits.running`. */
export type ConfigurationDiff = {
  /** In force for everything that starts from now on. */
  live: string[]
  /** In force when hostler is started anew. */
  restart: string[]
}

// Read once, when what they are about is opened.
const needRestart: ReadonlySet<string> = new Set([
  'dataDir',
  'database',
  'worker',
  'server',
  'log.format',
])

/** Says which changes a reload brings into force, and which need a restart. */
export function diffConfiguration(old: Configuration, next: Configuration): ConfigurationDiff {
  const changed = changedKeys(old, next)
  return {
    live: changed.filter((key) => !isFixed(key)),
    restart: changed.filter(isFixed),
  }
}

/** What holds after a reload: the new configuration, but for what needs a restart. */
export function withLiveChanges(old: Configuration, next: Configuration): Configuration {
  const { dataDir, database, worker, server } = old
  return {
    ...next,
    dataDir,
    database,
    worker,
    server,
    log: { ...next.log, format: old.log.format },
  }
}

function isFixed(key: string): boolean {
  const [section = ''] = key.split('.')
  return needRestart.has(section) || needRestart.has(key)
}

function changedKeys(old: Configuration, next: Configuration): string[] {
  return keysOf(old, next).flatMap((key) => {
    const [before, after] = [valueAt(old, key), valueAt(next, key)]
    if (isDeepStrictEqual(before, after)) return []
    if (!isSection(before) || !isSection(after)) return [key]
    return keysOf(before, after)
      .filter((name) => !isDeepStrictEqual(valueAt(before, name), valueAt(after, name)))
      .map((name) => `${key}.${name}`)
  })
}

function keysOf(one: object, other: object): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
}

function valueAt(object: object, key: string): unknown {
  return Reflect.get(object, key)
}

function isSection(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
