import type { Hostler, NewSession, Submission } from '../../client/index.ts'
import { HostlerError } from '../../errors.ts'
import type { Io } from '../io.ts'
import { toNewAttachment } from '../run/attachment.ts'
import { readPromptParts } from '../run/read-prompt.ts'
import { usageError } from '../usage-error.ts'
import { findId } from './find-id.ts'
import type { SubmitFlags } from './submit-flags.ts'

/** What is to be done, and the files that go with it. @throws usage */
export async function readTask(
  words: string[],
  options: { io: Io; file?: string | undefined; attach?: string[] | undefined },
): Promise<Pick<Submission, 'prompt' | 'attachments'>> {
  const { io, attach } = options
  const isStdin = words.length === 1 && words[0] === '-'
  const { typed, files } = await readPromptParts(isStdin ? [] : words, {
    io,
    attach,
    file: isStdin ? '-' : options.file,
    isOptional: false,
  })
  if (typed === null) {
    throw usageError('there are files, and no prompt', 'say what is to be done with them')
  }
  const attachments = files.map(({ path, bytes }) => toNewAttachment(path, bytes))
  return { prompt: typed, ...(attachments.length > 0 && { attachments }) }
}

/** A session of its own, for what names none. */
export async function newSession(
  hostler: Hostler,
  { session, signal }: { session: NewSession; signal: AbortSignal },
): Promise<Pick<Submission, 'sessionId'>> {
  return { sessionId: (await hostler.sessions.create(session, { signal })).id }
}

/** The session that `--session` names. A key that is new makes one. */
export async function sessionOf(
  hostler: Hostler,
  { text, signal }: { text: string; signal: AbortSignal },
): Promise<Pick<Submission, 'sessionId' | 'key'>> {
  if (text.startsWith('key:')) return { key: text.slice(4) }
  return { sessionId: await findId(hostler, 'session', { text, signal }) }
}

/** The newest event of the session that it goes to: those of the run come after it. */
export async function lastSeqOf(
  hostler: Hostler,
  { sessionId, key }: Pick<Submission, 'sessionId' | 'key'>,
  signal: AbortSignal,
): Promise<number> {
  const id = sessionId ?? (key === undefined ? null : `key:${key}`)
  if (id === null) return 0
  try {
    return (await hostler.sessions.get(id, { signal })).lastSeq
  } catch (error) {
    if (error instanceof HostlerError && error.code === 'not_found') return 0
    throw error
  }
}

/** What the flags say of a run, wherever it goes. */
export function toFields(flags: SubmitFlags): Partial<Submission> {
  const { priority, delay, label, idempotencyKey, onBusy, onDependencyFailure, review } = flags
  return {
    ...(priority !== undefined && { priority }),
    ...(delay !== undefined && { delayMs: delay }),
    ...(label !== undefined && { labels: label }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(onBusy !== undefined && { onBusy }),
    ...(onDependencyFailure !== undefined && { onDependencyFailure }),
    ...(review !== undefined && { review }),
  }
}
