import { constants } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Prompt, PromptBlock } from '../../agent/index.ts'
import type { PlacedAttachment } from './place-attachments.ts'

/** What the Messages API takes of one file as base64. Source: Messages API, vision and PDF support. */
const maxBase64: Record<'image' | 'document', number> = {
  image: 5 * 1024 * 1024,
  document: 20_000_000,
}
/** The API takes 32 MB a request, which the conversation so far is a part of. */
const maxBase64Together = 20_000_000
const maxBlocks = 20

/**
 * The prompt with the files that go with it: images and PDFs within the API's limits as blocks, and all
 * of them by name, as the agent's tools open them by their path.
 */
export async function toPrompt(
  prompt: Prompt,
  placed: readonly PlacedAttachment[],
): Promise<Prompt> {
  if (placed.length === 0) return prompt
  const files: PromptBlock[] = []
  let together = 0
  for (const attachment of placed) {
    const type = blockTypeOf(attachment.mediaType)
    const length = Math.ceil(attachment.bytes / 3) * 4
    if (type === null || length > maxBase64[type] || together + length > maxBase64Together) continue
    if (files.length === maxBlocks) break
    together += length
    // Not what a symlink leads to that the agent has put there since.
    const flag = constants.O_RDONLY | constants.O_NOFOLLOW
    const data = (await readFile(attachment.path, { flag })).toString('base64')
    // What is there now may be larger than what was put there.
    if (data.length !== length) continue
    const source = { type: 'base64' as const, media_type: attachment.mediaType, data }
    files.push({ type, source })
  }
  const own: PromptBlock[] = typeof prompt === 'string' ? [{ type: 'text', text: prompt }] : prompt
  // The CLI looks for a command in the last block only.
  return [...files, { type: 'text', text: mention(placed) }, ...own]
}

function blockTypeOf(mediaType: string): 'image' | 'document' | null {
  switch (mediaType) {
    case 'image/png':
    case 'image/jpeg':
    case 'image/gif':
    case 'image/webp':
      return 'image'
    case 'application/pdf':
      return 'document'
    default:
      return null
  }
}

function mention(placed: readonly PlacedAttachment[]): string {
  const lines = placed.map(
    ({ path, mediaType, bytes }) => `- ${path} (${mediaType}, ${bytes} bytes)`,
  )
  return ['Attached files:', ...lines].join('\n')
}
