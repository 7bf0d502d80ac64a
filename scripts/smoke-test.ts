// What a stranger gets: the packed tarball, installed into an empty folder, on Node 22 and 24.
// Usage: npm run smoke [-- <major version of Node>…]
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownEnv, say, install, withNode } from './smoke/commands.ts'
import { tryInstalled } from './smoke/try-installed.ts'
import { pack } from './smoke/pack.ts'

const given = process.argv.slice(2)
const majors = given.length > 0 ? given : ['22', '24']
const temp = await realpath(await mkdtemp(join(tmpdir(), 'hostler-smoke-')))
try {
  const tarball = await pack(temp)
  for (const major of majors) {
    const dir = join(temp, `node-${major}`)
    await install(`node@${major}`, { dir, env: ownEnv() })
    const env = withNode(join(dir, 'node_modules/node/bin'), temp)
    await tryInstalled(tarball, { dir: join(temp, `on-${major}`), env })
  }
} finally {
  await rm(temp, { recursive: true, force: true, maxRetries: 5 })
}
say('the packed tarball works')
