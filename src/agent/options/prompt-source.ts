import { hostlerError } from '../../errors.ts'
import { checkPromptText } from './prompt-text.ts'
import type { PromptBlock } from './options.ts'

type FileBlock = Exclude<PromptBlock, { type: 'text' }>

/**
 * What the Messages API takes, with the bytes that files of that kind begin with. The CLI replaces
 * what it cannot read by a sentence, and goes on without it.
 */
const formats: Record<FileBlock['type'], Record<string, (start: Buffer) => boolean>> = {
  image: {
    'image/png': (start) => start.toString('latin1', 1, 4) === 'PNG',
    'image/jpeg': (start) => start.toString('hex', 0, 3) === 'ffd8ff',
    'image/gif': (start) => start.toString('latin1', 0, 4) === 'GIF8',
    'image/webp': (start) => start.toString('latin1', 8, 12) === 'WEBP',
  },
  document: {
    // Readers take PDFs with some bytes in front of the header, and so does the API.
    'application/pdf': (start) => start.includes('%PDF-'),
  },
}

/**
 * Refuses an image or document that the Messages API would not take.
 * @throws HostlerError `invalid_prompt`
 */
export function checkSource(block: FileBlock, where: string): void {
  const { source } = block
  switch (source.type) {
    case 'base64':
      return checkBase64(block.type, source, where)
    case 'url':
      return checkUrl(source.url, where)
    case 'text':
      if (block.type === 'image') throw refusal(`${where}: an image cannot be text`, 'use base64')
      return checkPromptText(source.data, where)
    default:
      source satisfies never
  }
}

function checkBase64(
  type: FileBlock['type'],
  source: { media_type: string; data: string },
  where: string,
): void {
  const looksRight = formats[type][source.media_type]
  if (looksRight === undefined) {
    const cure = `give one of ${Object.keys(formats[type]).join(', ')}`
    throw refusal(`${where}: media_type "${source.media_type}" is not taken for ${type}s`, cure)
  }
  const { data } = source
  if (data === '' || data.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(data)) {
    throw refusal(
      `${where}: its data is not base64`,
      'give plain base64, without line breaks and without a data: prefix',
    )
  }
  if (!looksRight(Buffer.from(data.slice(0, 1368), 'base64'))) {
    throw refusal(`${where}: its data is not ${source.media_type}`, 'give the right media_type')
  }
}

function checkUrl(url: string, where: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return
  throw refusal(`${where}: "${url.slice(0, 100)}" is not an http(s) URL`, 'give a full URL')
}

function refusal(problem: string, cure: string): Error {
  return hostlerError('invalid_prompt', { problem, cure })
}
