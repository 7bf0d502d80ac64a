import { basename } from 'node:path'
import type { PromptBlock } from '../../agent/index.ts'
import type { NewAttachment } from '../../client/index.ts'
import { usageError } from '../usage-error.ts'

/**
 * A file as a block of a prompt, by what it begins with and not by what it is called.
 * Source of the formats: Messages API, vision and PDF support.
 */
export function toAttachment(path: string, bytes: Buffer): PromptBlock {
  const title = path === '-' ? 'stdin' : basename(path)
  const imageType = imageTypeOf(bytes)
  if (imageType !== null) {
    const data = bytes.toString('base64')
    return { type: 'image', source: { type: 'base64', media_type: imageType, data } }
  }
  if (isPdf(bytes)) {
    const source = {
      type: 'base64' as const,
      media_type: 'application/pdf',
      data: bytes.toString('base64'),
    }
    return { type: 'document', source, title }
  }
  const data = toText(bytes)
  if (data === null) {
    throw usageError(
      `--attach: "${path}" is neither an image (PNG, JPEG, GIF, WebP), nor a PDF, nor UTF-8 text`,
      'convert it, or leave it in the workspace and name it in the prompt',
    )
  }
  if (data.trim() === '') throw usageError(`--attach: "${path}" is empty`, 'leave it out')
  return { type: 'document', source: { type: 'text', media_type: 'text/plain', data }, title }
}

/** A file that goes to the daemon, of whatever kind: which ones it takes is its own matter. */
export function toNewAttachment(path: string, bytes: Buffer): NewAttachment {
  const other = toText(bytes) === null ? 'application/octet-stream' : 'text/plain'
  return {
    name: path === '-' ? 'stdin' : basename(path),
    mediaType: imageTypeOf(bytes) ?? (isPdf(bytes) ? 'application/pdf' : other),
    data: bytes,
  }
}

function isPdf(bytes: Buffer): boolean {
  return bytes.subarray(0, 1024).includes('%PDF-')
}

function imageTypeOf(bytes: Buffer): string | null {
  if (bytes.toString('latin1', 0, 8) === '\u0089PNG\r\n\u001a\n') return 'image/png'
  if (bytes.toString('hex', 0, 3) === 'ffd8ff') return 'image/jpeg'
  if (bytes.toString('latin1', 0, 4) === 'GIF8') return 'image/gif'
  const isRiff = bytes.toString('latin1', 0, 4) === 'RIFF'
  return isRiff && bytes.toString('latin1', 8, 12) === 'WEBP' ? 'image/webp' : null
}

function toText(bytes: Buffer): string | null {
  if (bytes.includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}
