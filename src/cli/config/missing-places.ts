import { statSync } from 'node:fs'
import type { Configuration } from '../../service/contract/configuration.ts'

/** Folders and programs that are named and not there. They may be on another machine. */
export function missingPlaces({ workspaces, profiles }: Configuration): string[] {
  const places = [
    ...workspaces.roots.map((path) => ({ field: 'workspaces.roots', path })),
    ...Object.values(profiles).flatMap((profile) => {
      const { name, workspace, additionalDirectories = [], claudeBin } = profile
      const path = workspace !== undefined && 'path' in workspace ? [workspace.path] : []
      return [
        ...path.map((one) => ({ field: `profiles.${name}.workspace`, path: one })),
        ...additionalDirectories.map((one) => ({
          field: `profiles.${name}.additionalDirectories`,
          path: one,
        })),
        ...(claudeBin === undefined
          ? []
          : [{ field: `profiles.${name}.claudeBin`, path: claudeBin }]),
      ]
    }),
  ]
  return places
    .filter(({ path }) => !isThere(path))
    .map(({ field, path }) => `${field}: ${path} is not there`)
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    // Below a file, or where we may not look.
    return false
  }
}
