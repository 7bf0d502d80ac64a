import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { check, ownEnv, root, run, say } from './commands.ts'

const wanted = [
  'bin/hostler.js',
  'dist/cli/main.js',
  'dist/index.js',
  'dist/index.d.ts',
  'dist/agent/index.js',
  'dist/agent/index.d.ts',
  'dist/client/index.js',
  'dist/events/index.js',
  'dist/testing/index.js',
  'dist/testing/fake-claude.js',
  'deploy/hostler.service',
  'docs/examples/scripted-model.json',
  'docs/library.md',
  'hostler.schema.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
]
const unwanted = /^(src|test|bench|scripts|\.ci)\/|\.test\.|\.map$/

/** Builds and packs the project into the folder; returns the tarball's path. */
export async function pack(folder: string): Promise<string> {
  say('packing')
  const env = ownEnv()
  await run('npm', ['pack', '--silent', '--pack-destination', folder], { dir: root, env })
  const name = (await readdir(folder)).find((one) => one.endsWith('.tgz'))
  check(name !== undefined, 'npm pack made no tarball')
  const tarball = join(folder, name)
  const listing = await run('tar', ['-tzf', tarball], { dir: folder, env })
  const files = listing.split('\n').map((one) => one.replace(/^package\//, ''))
  const missing = wanted.filter((one) => !files.includes(one))
  check(missing.length === 0, `the tarball lacks ${missing.join(', ')}`)
  const extra = files.filter((one) => unwanted.test(one))
  check(extra.length === 0, `the tarball should not have ${extra.join(', ')}`)
  return tarball
}
