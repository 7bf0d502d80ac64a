/** What a file is by the bytes that it begins with, where it is of a kind that has a mark. */
export function sniffMediaType(start: Uint8Array): string | null {
  const bytes = Buffer.from(start.buffer, start.byteOffset, Math.min(start.byteLength, 1024))
  if (bytes.toString('latin1', 0, 8) === '\u0089PNG\r\n\u001A\n') return 'image/png'
  if (bytes.toString('hex', 0, 3) === 'ffd8ff') return 'image/jpeg'
  if (bytes.toString('latin1', 0, 4) === 'GIF8') return 'image/gif'
  const isRiff = bytes.toString('latin1', 0, 4) === 'RIFF'
  if (isRiff && bytes.toString('latin1', 8, 12) === 'WEBP') return 'image/webp'
  // Readers take PDFs with some bytes in front of the header, and so does the API.
  return bytes.includes('%PDF-') ? 'application/pdf' : null
}

/** Kinds that are known by their first bytes, so that a wrong name for them is seen. */
export const sniffedTypes: readonly string[] = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'application/pdf',
]

/** `Image/JPG; q=1` → `image/jpeg`; null when it is not a media type. Source: RFC 6838. */
export function parseMediaType(text: string): string | null {
  const plain = (text.split(';')[0] ?? '').trim().toLowerCase()
  if (!/^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/.test(plain))
    return null
  return plain === 'image/jpg' ? 'image/jpeg' : plain
}

/** Whether a list such as `image/*`, `text/plain` has this type in it. */
export function isAllowedType(mediaType: string, allowed: readonly string[]): boolean {
  return allowed.some((one) => {
    if (one === '*/*' || one === mediaType) return true
    return one.endsWith('/*') && mediaType.startsWith(one.slice(0, -1))
  })
}
