import { open, type FileHandle } from 'node:fs/promises'
import { isErrno } from '../../util/is-errno.ts'

const blockBytes = 1024 * 1024

/** The bytes of an open file from `from` to `to`, in blocks; fewer when it has been cut meanwhile. */
export async function* readRange(
  file: FileHandle,
  range: { from: number; to: number; signal?: AbortSignal | undefined },
): AsyncGenerator<Uint8Array> {
  let at = range.from
  while (at < range.to) {
    range.signal?.throwIfAborted()
    const block = Buffer.allocUnsafe(Math.min(blockBytes, range.to - at))
    const { bytesRead } = await file.read(block, 0, block.length, at)
    if (bytesRead === 0) return
    yield block.subarray(0, bytesRead)
    at += bytesRead
  }
}

/** Where the last whole line before `end` ends; 0 when there is none. */
export async function endOfLastLine(file: FileHandle, end: number): Promise<number> {
  const block = Buffer.alloc(64 * 1024)
  let at = end
  while (at > 0) {
    const from = Math.max(0, at - block.length)
    const { bytesRead } = await file.read(block, 0, at - from, from)
    const found = block.subarray(0, bytesRead).lastIndexOf(0x0a)
    if (found !== -1) return from + found + 1
    at = from
  }
  return 0
}

/** Whether the file has these bytes, one after another, from `from` on. */
export async function hasBytes(
  file: FileHandle,
  expected: { from: number; bytes: AsyncIterable<Uint8Array> },
): Promise<boolean> {
  let at = expected.from
  for await (const bytes of expected.bytes) {
    const block = Buffer.allocUnsafe(bytes.length)
    const { bytesRead } = await file.read(block, 0, block.length, at)
    if (bytesRead < bytes.length || !block.equals(bytes)) return false
    at += bytes.length
  }
  return true
}

/** A file to read, or null where there is none. Any other trouble must not be taken for that. */
export async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return null
    throw error
  }
}
