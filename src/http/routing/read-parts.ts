import { hostlerError } from '../../errors.ts'
import type { NewAttachment } from '../../service/contract/run.ts'
import type { ServerSettings } from '../services.ts'
import { parseJson } from './read-body.ts'

const jsonPart = 'submission'

/**
 * A multipart body: its JSON and its files, of sizes and types that the settings allow.
 * @throws HostlerError `invalid_input`, `body_too_large`, `unsupported_media_type`
 */
export async function readParts(
  body: Uint8Array<ArrayBuffer>,
  { type, settings }: { type: string; settings: ServerSettings },
): Promise<{ json: unknown; attachments: NewAttachment[] }> {
  let json: unknown
  let hasJson = false
  let fileBytes = 0
  const attachments: NewAttachment[] = []
  for (const [name, part] of await parseForm(body, type)) {
    if (name === jsonPart) {
      if (hasJson) throw refused(jsonPart, 'is there twice', 'send it once')
      hasJson = true
      const bytes = typeof part === 'string' ? Buffer.from(part) : await part.bytes()
      json = parseJson(bytes, jsonPart)
      continue
    }
    if (typeof part === 'string') {
      throw refused(name, 'is not a file', `put it into the JSON of the part "${jsonPart}"`)
    }
    fileBytes += part.size
    if (fileBytes > settings.maxAttachmentBytes) {
      throw hostlerError('body_too_large', { maxBytes: settings.maxAttachmentBytes })
    }
    attachments.push(await toAttachment(part, settings.attachmentTypes))
  }
  if (!hasJson) throw refused(jsonPart, 'is missing', 'send the submission as JSON in this part')
  return { json, attachments }
}

async function parseForm(body: Uint8Array<ArrayBuffer>, type: string): Promise<FormData> {
  try {
    return await new Response(body, { headers: { 'content-type': type } }).formData()
  } catch {
    throw refused('body', 'is not multipart/form-data', 'send parts with the boundary told')
  }
}

async function toAttachment(file: File, allowed: readonly string[]): Promise<NewAttachment> {
  const mediaType = (file.type.split(';')[0] ?? '').trim().toLowerCase()
  if (!allowed.some((pattern) => matches(mediaType, pattern))) {
    throw hostlerError('unsupported_media_type', {
      field: file.name,
      type: mediaType,
      expected: `files of ${allowed.join(', ')}, or allow more with server.attachmentTypes`,
    })
  }
  return { name: file.name, mediaType, data: await file.bytes() }
}

function matches(type: string, pattern: string): boolean {
  if (pattern === '*' || pattern === '*/*') return true
  return pattern.endsWith('/*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern
}

function refused(field: string, problem: string, cure: string): Error {
  return hostlerError('invalid_input', { field, problem, cure })
}
