import { join, resolve } from 'node:path'
import { ConfigProblem } from './config-problem.ts'
import type { WrittenConfiguration } from './configuration-schema.ts'
import type { WrittenProfile } from './profile-schema.ts'

type Surroundings = { baseDir: string; env: Readonly<Record<string, string | undefined>> }
type ToAbsolute = (path: string, field: readonly PropertyKey[]) => string

/** Makes paths absolute: relative ones are seen from the file's folder, `~/` from the user's home. */
export function resolvePaths(
  written: WrittenConfiguration,
  { baseDir, env }: Surroundings,
): WrittenConfiguration {
  const toAbsolute: ToAbsolute = (path, field) => {
    if (path !== '~' && !path.startsWith('~/')) return resolve(baseDir, path)
    const home = env['HOME']
    if (home === undefined || home === '') {
      throw new ConfigProblem(field, '"~" cannot be resolved: HOME is not set', 'write it in full')
    }
    return join(home, path.slice(1))
  }
  const { dataDir, profiles, workspaces, worker } = written
  const { paths } = worker
  return {
    ...written,
    ...(dataDir === undefined ? {} : { dataDir: toAbsolute(dataDir, ['dataDir']) }),
    workspaces: {
      roots: workspaces.roots.map((path, at) => toAbsolute(path, ['workspaces', 'roots', at])),
    },
    worker: {
      ...worker,
      ...(paths === undefined || paths === '*'
        ? {}
        : { paths: paths.map((path, at) => toAbsolute(path, ['worker', 'paths', at])) }),
    },
    profiles: Object.fromEntries(
      Object.entries(profiles).map(([name, profile]) => [
        name,
        profilePaths(profile, (path, field) => toAbsolute(path, ['profiles', name, ...field])),
      ]),
    ),
  }
}

function profilePaths(profile: WrittenProfile, toAbsolute: ToAbsolute): WrittenProfile {
  const { claudeBin, additionalDirectories: folders, workspace } = profile
  return {
    ...profile,
    ...(claudeBin === undefined ? {} : { claudeBin: toAbsolute(claudeBin, ['claudeBin']) }),
    ...(folders === undefined
      ? {}
      : {
          additionalDirectories: folders.map((path, at) =>
            toAbsolute(path, ['additionalDirectories', at]),
          ),
        }),
    ...(workspace === undefined || !('path' in workspace)
      ? {}
      : { workspace: { path: toAbsolute(workspace.path, ['workspace', 'path']) } }),
  }
}
