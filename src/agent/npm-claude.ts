import { open } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { inspectBinary } from './inspect-binary.ts'

const wrapper = '@anthropic-ai/claude-code'

/**
 * The native binary in the platform package of the npm distribution, seen from the file `from` (a
 * path or URL), or null. Package managers put it beside `@anthropic-ai/claude-code` or nested in it.
 */
export async function findPlatformBinary(from: string): Promise<string | null> {
  const here = createRequire(from)
  const wrapperManifest = resolved(here, `${wrapper}/package.json`)
  const bases = wrapperManifest === null ? [here] : [createRequire(wrapperManifest), here]
  const name = await platformPackage()
  for (const base of bases) {
    const manifest = resolved(base, `${name}/package.json`)
    if (manifest === null) continue
    const path = join(dirname(manifest), 'claude')
    // The first usable one wins; there is nothing to gain from looking at all.
    // oxlint-disable-next-line no-await-in-loop
    if ((await inspectBinary(path)).kind === 'program') return path
  }
  return null
}

async function platformPackage(): Promise<string> {
  const plain = `${wrapper}-${process.platform}-${process.arch}`
  return process.platform === 'linux' && (await isMusl()) ? `${plain}-musl` : plain
}

// The libc is that of the program which runs us: its interpreter is named in its first bytes. (The
// diagnostic report tells it too, but looks up the names of all network peers for that.)
async function isMusl(): Promise<boolean> {
  await using file = await open(process.execPath)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
  return buffer.toString('latin1', 0, bytesRead).includes('ld-musl')
}

function resolved(require: NodeJS.Require, name: string): string | null {
  try {
    return require.resolve(name)
  } catch {
    return null
  }
}
