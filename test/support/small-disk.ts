import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { tempDir } from './temp-dir.ts'

/** A disk that can be filled to the last byte; there is room again when that is disposed of. */
export type SmallDisk = AsyncDisposable & { path: string; fill(): Disposable; clear(): void }

/** Mounts one of `megabytes` (default 1) on a folder of its own, or on `at`. Needs root. */
export async function mountSmallDisk({
  megabytes = 1,
  at,
}: { megabytes?: number; at?: string } = {}): Promise<SmallDisk> {
  await using stack = new AsyncDisposableStack()
  const path = at ?? join(stack.use(await tempDir()).path, 'disk')
  await mkdir(path, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], {
    stdio: 'pipe',
  })
  stack.defer(() => void execFileSync('umount', ['-l', path]))
  const owned = stack.move()
  const ballast = join(path, 'ballast')
  const clear = (): void => rmSync(ballast, { force: true })
  return {
    path,
    fill() {
      fill(ballast)
      return { [Symbol.dispose]: clear }
    },
    clear,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Only root may mount, and not everywhere. */
export async function canMountDisks(): Promise<boolean> {
  try {
    await (await mountSmallDisk())[Symbol.asyncDispose]()
    return true
  } catch {
    return false
  }
}

function fill(path: string): void {
  const fd = openSync(path, 'w')
  try {
    for (const bytes of [Buffer.alloc(4096), Buffer.alloc(1)]) while (true) writeSync(fd, bytes)
  } catch {
    // ENOSPC, as wanted.
  } finally {
    closeSync(fd)
  }
}
