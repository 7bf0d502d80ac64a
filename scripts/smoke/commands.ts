import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execFileAsync = promisify(execFile)

/** The checkout. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url))

/** Where a command runs, and all that it finds in its environment. */
export type Place = { dir: string; env: Record<string, string> }

/**
 * Runs a command and returns what it printed. @throws with all that it said, when it fails, or when Node
 * warns of something: users would see that
 */
export async function run(file: string, args: string[], place: Place): Promise<string> {
  const { dir: cwd, env } = place
  try {
    const { stdout, stderr } = await execFileAsync(file, args, { cwd, env, timeout: 300_000 })
    check(!/Warning:/.test(stderr), `it warned: ${stderr}`)
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = Object(error)
    throw new Error(`${[file, ...args].join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
  }
}

/** Installs a package or tarball into a new folder. */
export async function install(what: string, { dir, env }: Place): Promise<void> {
  await mkdir(dir)
  // Without it npm does not let the package `node` fetch its binary.
  const manifest = { private: true, type: 'module', allowScripts: { node: true } }
  await writeFile(join(dir, 'package.json'), JSON.stringify(manifest))
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', dir, what]
  await run('npm', args, { dir, env: { ...ownEnv(), PATH: env['PATH'] ?? '' } })
}

/** This process's own environment: npm needs its settings. */
export function ownEnv(): Record<string, string> {
  const variables = Object.entries(process.env)
  return Object.fromEntries(variables.flatMap(([name, value]) => (value ? [[name, value]] : [])))
}

/** An environment with this Node in front, and without the programs of the checkout. */
export function withNode(nodeBin: string, temp: string): Record<string, string> {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const others = folders.filter((one) => !one.includes('node_modules'))
  return { PATH: [nodeBin, ...others].join(delimiter), HOME: join(temp, 'home'), TMPDIR: temp }
}

/** @throws with the problem */
export function check(isRight: boolean, problem: string): asserts isRight {
  if (!isRight) throw new Error(problem)
}

/** Says what is being done. */
export function say(text: string): void {
  process.stdout.write(`smoke: ${text}\n`)
}
