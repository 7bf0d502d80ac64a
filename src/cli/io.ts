import type { ReadStream, WriteStream } from 'node:tty'
import type { Config } from '../config.ts'

/** What a command takes from its surroundings. */
export type Io = {
  config: Config
  stdin: ReadStream
  stdout: WriteStream
  stderr: WriteStream
}

/** A person can be asked: the keyboard and the place where questions are shown are a terminal. */
export function canAsk(io: Io): boolean {
  return io.stdin.isTTY && io.stderr.isTTY
}
