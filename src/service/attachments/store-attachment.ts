import { hostlerError } from '../../errors.ts'
import { insertAttachment } from '../../store/attachments.ts'
import { appendChunk } from '../../store/chunks/chunks.ts'
import type { Tx } from '../../store/store.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'
import type { Configuration } from '../contract/configuration.ts'
import type { NewAttachment } from '../contract/run.ts'
import { isAllowedType, parseMediaType, sniffedTypes, sniffMediaType } from './media-type.ts'
import { toSafeName } from './safe-name.ts'

type Limits = Pick<Configuration['server'], 'maxAttachmentBytes' | 'attachmentTypes'>

/** More of them would be a mistake, or an attempt to fill the disk with empty files. */
const maxAttachments = 100
const chunkBytes = 4 * 1024 * 1024

/**
 * Attachments as they will be stored: with plain names, and of the types that they say.
 * @throws invalid_input with the field at fault
 */
export function parseAttachments(
  attachments: readonly NewAttachment[],
  limits: Limits,
): NewAttachment[] {
  if (attachments.length > maxAttachments) {
    const problem = `${attachments.length} files, more than ${maxAttachments}`
    throw invalid('attachments', problem, 'pack them into an archive')
  }
  return attachments.map((one, index) => parseAttachment(one, { index, limits }))
}

function parseAttachment(
  { name, mediaType, data }: NewAttachment,
  { index, limits }: { index: number; limits: Limits },
): NewAttachment {
  const field = `attachments.${index}`
  if (data.byteLength === 0) throw invalid(field, `"${toSafeName(name)}" is empty`, 'leave it out')
  if (data.byteLength > limits.maxAttachmentBytes) {
    const problem = `"${toSafeName(name)}" has ${data.byteLength} bytes, more than ${limits.maxAttachmentBytes}`
    throw invalid(field, problem, 'send less, or raise server.maxAttachmentBytes')
  }
  const type = parseMediaType(mediaType)
  if (type === null) {
    const given = JSON.stringify(mediaType.slice(0, 100))
    throw invalid(
      `${field}.mediaType`,
      `${given} is not a media type`,
      'give one such as image/png',
    )
  }
  if (!isAllowedType(type, limits.attachmentTypes)) {
    const problem = `"${type}" is not accepted`
    const cure = `send one of ${limits.attachmentTypes.join(', ')}, or add it to server.attachmentTypes`
    throw invalid(`${field}.mediaType`, problem, cure)
  }
  const sniffed = sniffMediaType(data)
  if (sniffed !== type && (sniffedTypes.includes(type) || isDisguised(sniffed, type))) {
    const problem = `"${toSafeName(name)}" is ${sniffed === null ? 'not' : `${sniffed}, not`} ${type}`
    throw invalid(`${field}.mediaType`, problem, 'give the media type that the file is of')
  }
  return { name: toSafeName(name), mediaType: type, data }
}

/** A text may have "%PDF-" in it; an image has its mark at the very beginning. */
function isDisguised(sniffed: string | null, type: string): boolean {
  return sniffed?.startsWith('image/') === true && type !== 'application/octet-stream'
}

/** Stores attachments that were parsed before, in the transaction that takes their run. */
export async function storeAttachments(
  tx: Tx,
  { runId, attachments }: { runId: string; attachments: readonly NewAttachment[] },
): Promise<void> {
  const now = Date.now()
  for (const { name, mediaType, data } of attachments) {
    const id = uuidV7()
    const bytes = data.byteLength
    const row = { id, run_id: runId, name, media_type: mediaType, bytes, created_at: now }
    await insertAttachment(tx, row)
    for (let offset = 0; offset < bytes; offset += chunkBytes) {
      const key = { kind: 'attachment' as const, ownerId: id, name: '' }
      await appendChunk(tx, { ...key, offset, bytes: data.subarray(offset, offset + chunkBytes) })
    }
  }
}

function invalid(field: string, problem: string, cure: string): Error {
  return hostlerError('invalid_input', { field, problem, cure })
}
