import { existsSync } from 'node:fs'
import type { Config } from '../../config.ts'
import { fail, ok, warn, type Check } from './check.ts'

/** The floor of package.json's `engines`. */
const oldestNode = { major: 22, minor: 13 }

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isOld = major < oldestNode.major || (major === oldestNode.major && minor < oldestNode.minor)
  if (!isOld) return ok('node', version)
  const cure = 'npx -y -p node@24 -p hostler hostler …'
  return fail('node', `${version}, and 22.13 or newer is needed`, cure)
}

/** Agents are found and told apart by the process table. */
export function checkPlatform(platform: NodeJS.Platform): Check {
  if (platform === 'linux' && !existsSync('/proc/self/environ')) {
    const message = 'Linux without /proc: what tools leave behind cannot be found'
    return fail('platform', message, 'mount /proc')
  }
  if (platform === 'linux') return ok('platform', 'Linux, processes by /proc')
  if (platform === 'darwin') return ok('platform', 'macOS, processes by ps')
  return fail('platform', platform, 'use Linux or macOS; on Windows, WSL')
}

/** The CLI refuses to run without permissions as root, but in a sandbox. */
export function checkRoot(uid: number | undefined, { env }: Config): Check {
  if (uid !== 0) return ok('user', 'not root')
  if (env['IS_SANDBOX'] === '1') return ok('user', 'root, in a sandbox (IS_SANDBOX=1)')
  return warn(
    'user',
    'root: --permission-mode bypassPermissions will be refused by claude',
    'run as another user, or set IS_SANDBOX=1 where the machine is a throw-away sandbox',
  )
}
