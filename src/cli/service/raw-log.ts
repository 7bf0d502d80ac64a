import { setTimeout as sleep } from 'node:timers/promises'
import type { Run } from '../../client/index.ts'
import type { Io } from '../io.ts'
import type { LogsFlags } from './logs-command.ts'
import type { Service } from './with-hostler.ts'

const pollMs = 500

/** Writes the raw log to stdout; with `--follow` what is added to it, too, until the run ends. */
export async function followRawLog(
  run: Run,
  flags: LogsFlags,
  { hostler, io, signal }: Service,
): Promise<void> {
  const attempt = flags.attempt ?? run.attempts.at(-1)?.number
  if (attempt === undefined && flags.follow !== true) {
    io.stderr.write('no attempt has begun yet\n')
    return
  }
  let from = 0
  for (let current: Run = run; ; current = await hostler.runs.get(run.id, { signal })) {
    const isOver = current.endedAt !== null
    // What comes later is of another attempt.
    const number = attempt ?? current.attempts.at(-1)?.number
    if (number !== undefined) {
      // Part by part, as the next one begins where this one ends.
      const part = await hostler.runs.log(run.id, { attempt: number, from, signal })
      for await (const bytes of part.bytes) {
        await write(io, bytes, signal)
        from += bytes.byteLength
      }
    }
    if (isOver || flags.follow !== true) return
    await sleep(pollMs, undefined, { signal })
  }
}

/** A log may be large, and its reader slow. */
async function write({ stdout }: Io, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  if (stdout.write(bytes)) return
  await new Promise<void>((resolve) => {
    stdout.once('drain', resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  signal.throwIfAborted()
}
