import { attachmentsOf } from '../../store/attachments.ts'
import { readChunks } from '../../store/chunks/chunks.ts'
import type { Store } from '../../store/store.ts'
import { makeOwnFolder, writeOwnFile } from './own-folder.ts'
import { toUniqueNames } from './safe-name.ts'

/** An attachment as the agent finds it. */
export type PlacedAttachment = { path: string; mediaType: string; bytes: number }

/**
 * Puts the attachments of a run into `<cwd>/.hostler/inbox/<run id>`, where git does not see them.
 * Safe to repeat: what an earlier attempt put there stays.
 * @throws workspace_failed
 */
export async function placeAttachments(
  store: Store,
  { runId, cwd, signal }: { runId: string; cwd: string; signal?: AbortSignal },
): Promise<PlacedAttachment[]> {
  const attachments = await attachmentsOf(store, runId)
  if (attachments.length === 0) return []
  await ignoreInGit(cwd)
  const folder = await makeOwnFolder(cwd, ['.hostler', 'inbox', runId])
  const names = toUniqueNames(attachments.map(({ name }) => name))
  const placed: PlacedAttachment[] = []
  for (const [index, attachment] of attachments.entries()) {
    signal?.throwIfAborted()
    const content = readChunks(store, { kind: 'attachment', ownerId: attachment.id, name: '' })
    const name = names[index] ?? attachment.id
    const path = await writeOwnFile(folder, name, { content, signal })
    placed.push({ path, mediaType: attachment.media_type, bytes: attachment.bytes })
  }
  return placed
}

async function ignoreInGit(cwd: string): Promise<void> {
  const folder = await makeOwnFolder(cwd, ['.hostler'])
  async function* content(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('*\n')
  }
  await writeOwnFile(folder, '.gitignore', { content: content() })
}
