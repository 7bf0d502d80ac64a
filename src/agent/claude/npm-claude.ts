import { open } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { inspectBinary } from './inspect-binary.ts'

const wrapper = '@anthropic-ai/claude-code'

/** The CLI of an npm installation that the file `from` (a path or URL) can see, or null. */
export async function findNpmClaude(from: string): Promise<string | null> {
  const manifest = resolved(from, `${wrapper}/package.json`)
  const own = manifest === null ? null : await findPlatformBinary(manifest)
  return own ?? findPlatformBinary(from)
}

/**
 * The native binary of the platform package that belongs to the file `from`, or null. Package
 * managers put it beside `@anthropic-ai/claude-code` or nested in it.
 */
export async function findPlatformBinary(from: string): Promise<string | null> {
  const manifest = resolved(from, `${await platformPackage()}/package.json`)
  if (manifest === null) return null
  const path = join(dirname(manifest), 'claude')
  return (await inspectBinary(path)).kind === 'program' ? path : null
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

function resolved(from: string, name: string): string | null {
  try {
    return createRequire(from).resolve(name)
  } catch {
    return null
  }
}
