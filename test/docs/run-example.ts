import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = new URL('../../', import.meta.url)
const execFileAsync = promisify(execFile)

/** A file of the project as text. */
export function readProjectFile(path: string): Promise<string> {
  return readFile(new URL(path, root), 'utf8')
}

/** The code blocks of a Markdown text that are marked with the language. */
export function codeBlocks(markdown: string, language: string): string[] {
  const blocks = markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)
  return [...blocks].filter((one) => one[1] === language).map((one) => one[2] ?? '')
}

/** Runs an example in the folder, with the package's own names leading to its source. */
export async function runExample(
  code: string,
  options: { dir: string; env: Record<string, string> },
): Promise<string> {
  const { dir, env } = options
  const linked = code.replaceAll(/'hostler(?:\/(\w+))?'/g, (_, entry: string | undefined) => {
    const file = entry === undefined ? 'src/index.ts' : `src/${entry}/index.ts`
    return `'${fileURLToPath(new URL(file, root))}'`
  })
  const file = join(dir, 'example.mjs')
  await writeFile(file, linked)
  const { stdout } = await execFileAsync(process.execPath, [file], { cwd: dir, env })
  return stdout
}

/** What the command line prints. */
export async function runHostler(args: string[]): Promise<string> {
  const main = fileURLToPath(new URL('src/cli/main.ts', root))
  const { stdout } = await execFileAsync(process.execPath, [main, ...args])
  return stdout
}
