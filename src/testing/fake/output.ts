import { writeSync } from 'node:fs'

const stdoutFd = 1

/**
 * Writes all of it before it returns, as the exit that may follow must not lose any. Waits where a
 * test reads from a pipe slowly and the pipe does not block.
 */
export function writeAll(data: Buffer | string, fd: number = stdoutFd): void {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  let offset = 0
  while (offset < bytes.length) {
    try {
      offset += writeSync(fd, bytes, offset)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

export function writeLine(message: unknown): void {
  writeAll(`${JSON.stringify(message)}\n`)
}
